package dev.deployclaw.executors.remote;

import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.executors.protocol.v1.ExecutorHostGrpc;
import dev.deployclaw.executors.protocol.v1.HandshakeReply;
import dev.deployclaw.executors.protocol.v1.HandshakeRequest;
import dev.deployclaw.executors.wire.HandshakeCodec;
import dev.deployclaw.executors.wire.HostDescription;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to an executor host: opened at the first call, opened again after the host died. Calls
 * block their own thread; the one thread of the connection only moves bytes. For any thread.
 */
public final class HostConnection implements AutoCloseable {
  /** Of one message, either way. */
  public static final int MOST_MESSAGE_BYTES = 64 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(HostConnection.class);
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final HostAddress address;
  private final EventLoopGroup loop;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable HostSession session;
  private final UnansweredCalls unanswered;
  private volatile SentContent sent = new SentContent("");
  private volatile boolean closed;

  private HostConnection(HostAddress address, EventLoopGroup loop, UnansweredCalls unanswered) {
    this.address = address;
    this.loop = loop;
    this.unanswered = unanswered;
  }

  /** Nothing is sent yet. */
  public static HostConnection of(HostAddress address) {
    return of(address, _ -> {});
  }

  /**
   * The same, for one who can start the host again.
   *
   * @param hangs is told why the host seems to hang; mustn't block
   */
  public static HostConnection of(HostAddress address, Consumer<String> hangs) {
    var threads = Thread.ofPlatform().daemon().name("executor-host-io").factory();
    return new HostConnection(
        address,
        new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory()),
        new UnansweredCalls(System::nanoTime, hangs));
  }

  /** Who the host is: by the handshake of this connection, which is made where there is none. */
  public HostGreeting greet() throws InterruptedException {
    return switch (session()) {
      case Opened.Ready(var there) -> new HostGreeting.Met(there.host());
      case Opened.Failed(var greeting) -> greeting;
    };
  }

  /** The executors that the host offers; empty where it can't be reached. */
  public List<RemoteExecutor> executors() throws InterruptedException {
    return greet() instanceof HostGreeting.Met(var host)
        ? host.executors().stream().map(e -> new RemoteExecutor(this, e, Optional.empty())).toList()
        : List.of();
  }

  UnansweredCalls unanswered() {
    return unanswered;
  }

  /** A session, or why there is none. */
  sealed interface Opened {
    record Ready(HostSession session) implements Opened {}

    record Failed(HostGreeting greeting) implements Opened {}
  }

  Opened session() throws InterruptedException {
    var there = session;
    if (there != null && there.connected()) {
      return new Opened.Ready(there);
    }
    opening.lockInterruptibly();
    try {
      var since = session;
      if (since != null && since.connected()) {
        return new Opened.Ready(since);
      }
      drop(since);
      return open();
    } finally {
      opening.unlock();
    }
  }

  /** Gives up a session whose connection broke; the next call opens another. */
  void abandon(HostSession broken) throws InterruptedException {
    opening.lockInterruptibly();
    try {
      if (session == broken) {
        drop(broken);
      }
    } finally {
      opening.unlock();
    }
  }

  private void drop(@Nullable HostSession old) {
    session = null;
    if (old != null) {
      old.close();
    }
  }

  private Opened open() throws InterruptedException {
    if (closed) {
      return new Opened.Failed(new HostGreeting.Unreachable("the connection was closed"));
    }
    var channel = channel();
    boolean kept = false;
    try {
      var reply = handshake(channel);
      var opened = opened(channel, HandshakeCodec.decode(reply, address.revisions()));
      kept = opened instanceof Opened.Ready;
      return opened;
    } catch (StatusRuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return new Opened.Failed(
          new HostGreeting.Unreachable(
              "the executor host at %s can't be reached: %s"
                  .formatted(address.socket(), HostSession.words(e.getStatus()))));
    } finally {
      if (!kept) {
        channel.shutdownNow();
      }
    }
  }

  private Opened opened(ManagedChannel channel, HandshakeCodec.Read read) {
    return switch (read) {
      case HandshakeCodec.Read.Problem(var reason) ->
          new Opened.Failed(new HostGreeting.Incompatible(reason));
      case HandshakeCodec.Read.Host(var host) -> opened(channel, host);
    };
  }

  private Opened opened(ManagedChannel channel, HostDescription host) {
    GrantKey key;
    try {
      key = address.key().get();
    } catch (RuntimeException e) {
      return new Opened.Failed(
          new HostGreeting.Unreachable("the executor host's key can't be read: " + e.getMessage()));
    }
    if (!sent.incarnation().equals(host.incarnation())) {
      sent = new SentContent(host.incarnation());
      unanswered.forget();
    }
    var fresh = new HostSession(channel, host, new CallSealer(key), sent);
    session = fresh;
    LOG.atInfo()
        .addKeyValue("socket", address.socket())
        .addKeyValue("host", host.build())
        .addKeyValue("incarnation", host.incarnation())
        .addKeyValue("revision", host.revision())
        .log("executor host connected");
    return new Opened.Ready(fresh);
  }

  private HandshakeReply handshake(ManagedChannel channel) {
    var request =
        HandshakeRequest.newBuilder()
            .setOldestRevision(address.revisions().oldest())
            .setNewestRevision(address.revisions().newest())
            .setAgent(address.build())
            .build();
    var options =
        CallOptions.DEFAULT.withDeadlineAfter(HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS);
    return ClientCalls.blockingUnaryCall(
        channel, ExecutorHostGrpc.getHandshakeMethod(), options, request);
  }

  private ManagedChannel channel() {
    return HostChannel.to(address.socket(), loop).maxInboundMessageSize(MOST_MESSAGE_BYTES).build();
  }

  /** Calls in flight end without an answer. */
  @Override
  public void close() {
    closed = true;
    var there = session;
    if (there != null) {
      there.close();
    }
    loop.shutdownGracefully(0, CLOSING.toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }
}
