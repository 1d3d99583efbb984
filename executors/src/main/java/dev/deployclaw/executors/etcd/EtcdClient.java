package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.spi.CallFault;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of etcd whose every call is bounded. After a refused connection the client is created
 * again at the next call: gRPC's own back-off would grow to two minutes. Calls come from several
 * threads.
 */
final class EtcdClient implements AutoCloseable {
  /** Above the largest answer: one page of {@link EtcdStateStore} in the worst case. */
  static final int MOST_ANSWER_BYTES = 64 << 20;

  /**
   * What the first call gets besides the timeout: a fresh process loads the client's classes while
   * it waits, and on a crowded machine that takes longer than etcd ever does.
   */
  private static final Duration START = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(EtcdClient.class);

  private final EtcdSettings settings;
  private volatile boolean begun;
  private volatile @Nullable Client client;
  private boolean closed;

  EtcdClient(EtcdSettings settings) {
    this.settings = settings;
  }

  /**
   * Sends and waits for at most the configured timeout; the first time, for {@link #START} more.
   */
  <T> T call(Function<Client, CompletableFuture<T>> send) throws Failed, InterruptedException {
    var atMost = begun ? settings.timeout() : settings.timeout().plus(START);
    try {
      return call(atMost, send);
    } finally {
      begun = true;
    }
  }

  <T> T call(Duration atMost, Function<Client, CompletableFuture<T>> send)
      throws Failed, InterruptedException {
    boolean fresh = client == null;
    try {
      return once(atMost, send);
    } catch (Failed e) {
      // A client may tell for a second of a refusal that has passed; nothing was sent.
      if (fresh || !EtcdFaultMapper.neverSent(e)) {
        throw e;
      }
      return once(atMost, send);
    }
  }

  private <T> T once(Duration atMost, Function<Client, CompletableFuture<T>> send)
      throws Failed, InterruptedException {
    Client used = open();
    CompletableFuture<T> answer = send.apply(used);
    try {
      return answer.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      answer.cancel(true);
      Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
      if (EtcdFaultMapper.neverSent(cause)) {
        drop(used);
      }
      throw new Failed(EtcdFaultMapper.of(cause), cause);
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    }
  }

  @Override
  public void close() {
    Client last;
    synchronized (this) {
      closed = true;
      last = client;
      client = null;
    }
    if (last != null) {
      last.close();
    }
  }

  synchronized boolean closed() {
    return closed;
  }

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  static ByteSequence bytes(byte[] value) {
    return ByteSequence.from(value);
  }

  private synchronized Client open() throws Failed {
    if (closed) {
      throw new Failed(new CallFault.Unavailable("this connection to etcd is closed"), null);
    }
    Client open = client;
    if (open == null) {
      open = build();
      client = open;
    }
    return open;
  }

  private void drop(Client used) {
    synchronized (this) {
      if (!used.equals(client)) {
        return;
      }
      client = null;
    }
    LOG.atDebug().addKeyValue("at", endpoints()).log("etcd refused the connection");
    used.close();
  }

  private String endpoints() {
    return String.join(",", settings.endpoints());
  }

  private Client build() throws Failed {
    ClientBuilder builder =
        Client.builder()
            .endpoints(settings.uris())
            .namespace(bytes(settings.prefix()))
            .waitForReady(false)
            .connectTimeout(settings.timeout())
            .retryMaxAttempts(1)
            .retryDelay(50)
            .retryMaxDelay(200)
            .maxInboundMessageSize(MOST_ANSWER_BYTES);
    settings.login().ifPresent(l -> builder.user(bytes(l.user())).password(bytes(l.password())));
    try {
      settings.context().ifPresent(builder::sslContext);
      settings.tls().serverName().ifPresent(builder::authority);
    } catch (SSLException e) {
      throw new Failed(EtcdFaultMapper.noTls(e), e);
    }
    return builder.build();
  }

  /** A call that brought no answer, with what that means. */
  static final class Failed extends Exception {
    private final transient CallFault fault;

    Failed(CallFault fault, @Nullable Throwable cause) {
      super(fault.reason(), cause);
      this.fault = fault;
    }

    CallFault fault() {
      return fault;
    }
  }
}
