package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.sample.SampleLimits;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.network.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A server that answers {@code GET /v1/decide}, asked as NGINX asks: connections that stay, one
 * request at a time on each. The requests are encoded beforehand, and of an answer its status and
 * its end are looked at, and what a reader wants, so that asking costs little.
 */
public final class HttpLimiter implements RateLimiter {
  private static final String END = "\r\n\r\n";

  private final HostPort server;
  private final String title;
  private final Vertx vertx = DecisionBenchEstate.oneLoop();
  private final Context loop = vertx.getOrCreateContext();

  /** Kept, since Vert.x closes a client that nobody holds any more. */
  private final NetClient client = vertx.createNetClient();

  private final List<Buffer> requests;
  private final ToLongFunction<StringBuilder> reader;
  private final Deque<Line> free = new ArrayDeque<>();
  private final Deque<Asked> waiting = new ArrayDeque<>();

  private volatile boolean closed;

  private HttpLimiter(
      HostPort server, String title, int tenants, ToLongFunction<StringBuilder> reader) {
    this.server = server;
    this.title = title;
    this.reader = reader;
    this.requests = IntStream.range(0, tenants).mapToObj(HttpLimiter::request).toList();
  }

  private record Asked(Buffer request, Promise<Long> answer) {}

  /** With so many connections, all opened: at most so many requests are under way. */
  public static HttpLimiter to(HostPort server, String title, int tenants, int connections) {
    return new HttpLimiter(server, title, tenants, _ -> 0).opened(connections);
  }

  /**
   * The same for the service, whose answers are read.
   *
   * @param reader what an answer of yes says, by its head; negative where that isn't what it should
   *     say, so that it counts as an error
   */
  public static HttpLimiter reading(
      HostPort server, int tenants, int connections, ToLongFunction<StringBuilder> reader) {
    return new HttpLimiter(server, "our service over HTTP", tenants, reader).opened(connections);
  }

  private HttpLimiter opened(int connections) {
    for (int i = 0; i < connections; i++) {
      var opened = Promise.<Void>promise();
      loop.runOnContext(_ -> connect().onComplete(opened));
      opened.future().await();
    }
    return this;
  }

  private Future<Void> connect() {
    return client
        .connect(server.port(), server.host())
        .onSuccess(socket -> new Line(socket).next())
        .mapEmpty();
  }

  @Override
  public String title() {
    return title;
  }

  /** Ends with what was read of the answer. */
  @Override
  public CompletionStage<Long> ask(int tenant) {
    var asked = new Asked(requests.get(tenant), Promise.promise());
    if (loop.equals(Vertx.currentContext())) {
      send(asked);
    } else {
      loop.runOnContext(_ -> send(asked));
    }
    return asked.answer().future().toCompletionStage();
  }

  @Override
  public void close() {
    closed = true;
    var _ = vertx.close().await();
  }

  private void send(Asked asked) {
    var line = free.poll();
    if (line == null) {
      waiting.add(asked);
    } else {
      line.send(asked);
    }
  }

  /** One connection. Belongs to the event loop. */
  private final class Line {
    private final NetSocket socket;
    private final StringBuilder head = new StringBuilder();
    private @Nullable Promise<Long> answer;

    Line(NetSocket socket) {
      this.socket = socket;
      socket.handler(this::received);
      socket.closeHandler(_ -> ended("the server hung up"));
    }

    void send(Asked asked) {
      answer = asked.answer();
      socket.write(asked.request());
    }

    private void received(Buffer bytes) {
      head.append(bytes.toString(StandardCharsets.ISO_8859_1));
      int length = head.length();
      if (length < END.length() || head.indexOf(END, length - END.length()) < 0) {
        return;
      }
      long read = head.indexOf("HTTP/1.1 204 ") == 0 ? reader.applyAsLong(head) : -1;
      String failure = read < 0 ? head.toString() : "";
      head.setLength(0);
      var done = answer;
      answer = null;
      next();
      tell(done, read, failure);
    }

    private void next() {
      var next = waiting.poll();
      if (next == null) {
        free.add(this);
      } else {
        send(next);
      }
    }

    private static void tell(@Nullable Promise<Long> done, long read, String failure) {
      if (done == null) {
        throw new IllegalStateException("an answer to no request");
      }
      if (failure.isEmpty()) {
        done.complete(read);
      } else {
        done.fail("answered " + failure);
      }
    }

    /** A server closes what is idle for long, while others have their turns. */
    private void ended(String why) {
      var _ = free.remove(this);
      if (answer != null) {
        answer.tryFail(why);
      }
      if (!closed) {
        var _ = connect();
      }
    }
  }

  private static Buffer request(int tenant) {
    String text =
        "GET /v1/decide HTTP/1.1\r\nHost: deployclaw_decide\r\n"
            + header(DecideHeaders.GATEWAY, SampleLimits.GATEWAY)
            + header(DecideHeaders.HOST, SampleLimits.host(Kind.TOKEN_BUCKET.tenant(tenant)))
            + header(DecideHeaders.METHOD, SampleLimits.METHOD)
            + header(DecideHeaders.URI, SampleLimits.PATH + "?q=shoes")
            + header(DecideHeaders.CLIENT, "10.0.0.1")
            + header("User-Agent", "curl/8.5.0")
            + header("Accept", "*/*")
            + "\r\n";
    return Buffer.buffer(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String header(String name, String value) {
    return name + ": " + value + "\r\n";
  }
}
