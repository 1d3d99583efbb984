package dev.deployclaw.executors.redis.cluster;

import dev.deployclaw.core.environment.InterruptibleFunction;
import dev.deployclaw.core.spi.CallFault;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One plain connection to one node, kept, and opened again after it broke. Work that finds an old
 * connection broken runs once more on a new one, so it must bear repetition. One caller at a time.
 */
public final class ReconnectingConnection implements AutoCloseable {
  private final NodeAddress address;
  private final RedisSettings settings;
  private final ReentrantLock turn = new ReentrantLock();
  private @Nullable NodeConnection kept;

  public ReconnectingConnection(NodeAddress address, RedisSettings settings) {
    this.address = address;
    this.settings = settings;
  }

  /**
   * Runs the work on the connection.
   *
   * @throws NodeFailed when the node can't be reached or answers with an error; the connection is
   *     given up then, so that no half-read answer stays in it
   */
  public <T> T call(InterruptibleFunction<NodeConnection, T> work) throws InterruptedException {
    turn.lockInterruptibly();
    try {
      return onKeptThenOnNew(work);
    } catch (JedisException e) {
      drop();
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while asking " + address);
      }
      throw new NodeFailed(RedisFaultMapper.of(e), e);
    } catch (NodeFailed e) {
      drop();
      throw e;
    } finally {
      turn.unlock();
    }
  }

  @Override
  public void close() {
    turn.lock();
    try {
      drop();
    } finally {
      turn.unlock();
    }
  }

  private <T> T onKeptThenOnNew(InterruptibleFunction<NodeConnection, T> work)
      throws InterruptedException {
    boolean old = kept != null;
    try {
      return work.apply(open());
    } catch (JedisConnectionException e) {
      drop();
      if (!old || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return work.apply(open());
    }
  }

  private NodeConnection open() {
    NodeConnection open = kept;
    if (open == null) {
      open = connect();
      kept = open;
    }
    return open;
  }

  private NodeConnection connect() {
    int millis = Math.toIntExact(settings.timeout().toMillis());
    var config =
        DefaultJedisClientConfig.builder()
            .resp2()
            .connectionTimeoutMillis(millis)
            .socketTimeoutMillis(millis);
    settings.login().ifPresent(l -> config.user(l.user()).password(l.password()));
    try {
      return connect(config.build());
    } catch (JedisConnectionException e) {
      throw new NodeFailed(RedisFaultMapper.unconnected(e, settings.tls().isPresent()), e);
    }
  }

  private NodeConnection connect(JedisClientConfig config) {
    var made = NodeConnection.open(address, config, settings.tls());
    try {
      allowReads(made);
      return made;
    } catch (JedisException e) {
      made.disconnect();
      throw e;
    }
  }

  /** A replica answers reads only after {@code READONLY}; a primary doesn't mind. */
  private static void allowReads(NodeConnection made) {
    try {
      NodeCommands.one(made, "READONLY");
    } catch (JedisDataException e) {
      if (!NodeCommands.clusterDisabled(e)) {
        throw e;
      }
    }
  }

  private void drop() {
    NodeConnection broken = kept;
    kept = null;
    if (broken == null) {
      return;
    }
    try {
      broken.disconnect();
    } catch (JedisConnectionException e) {
      // It was broken before; jedis closes the socket all the same.
      broken.setBroken();
    }
  }

  /** A node that did not do what it was asked, and what that means. */
  public static final class NodeFailed extends RuntimeException {
    private final transient CallFault fault;

    public NodeFailed(CallFault fault, @Nullable Throwable cause) {
      super(fault.reason(), cause);
      this.fault = fault;
    }

    public static NodeFailed conflict(String reason) {
      return new NodeFailed(new CallFault.Conflict(reason), null);
    }

    public CallFault fault() {
      return fault;
    }
  }
}
