package dev.deployclaw.ratelimit.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectionCapTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int MOST = 8;

  private final Vertx vertx = Vertx.builder().withTransport(ConnectionCap.transport(MOST)).build();
  private final List<Socket> opened = new ArrayList<>();
  private HttpServer http;
  private HttpServer http2;

  @BeforeEach
  void start() throws Exception {
    var servers = new HttpServerGroup(vertx);
    http = served(servers.http(free(), r -> r.response().setStatusCode(204).end()));
    http2 = served(servers.http2(free(), r -> r.response().setStatusCode(204).end()));
  }

  @AfterEach
  void stop() throws Exception {
    for (var socket : opened) {
      socket.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  @Test
  void theOneThatWasNeverAnsweredMakesWay() throws Exception {
    var gateway = open(http);
    ask(gateway);
    var silent = new ArrayList<Socket>();
    for (int i = 0; i < 20 * MOST; i++) {
      silent.add(open(http));
    }
    BoundedWait.until("silent ones are closed", LONG, () -> closed(silent.getFirst()));

    ask(gateway);
    ask(open(http));
  }

  @Test
  void ofThoseThatWereAnsweredTheOneThatIsSilentLongestMakesWay() throws Exception {
    var gateway = open(http);
    var others = new ArrayList<Socket>();
    for (int i = 0; i < 10 * MOST; i++) {
      var other = open(http);
      ask(other);
      others.add(other);
      ask(gateway);
    }

    BoundedWait.until("the oldest is closed", LONG, () -> closed(others.getFirst()));
    assertThat(closed(others.getLast())).isFalse();
    ask(gateway);
  }

  @Test
  void silentConnectionsForHttp2AreConnectionsToo() throws Exception {
    var silent = new ArrayList<Socket>();
    for (int i = 0; i < 5 * MOST; i++) {
      silent.add(open(http2));
    }

    BoundedWait.until("silent ones are closed", LONG, () -> closed(silent.getFirst()));
    ask(open(http2));
    ask(open(http));
  }

  @Test
  void theLargestUnansweredRequestMakesWay() throws Exception {
    var memory = new RequestMemoryBudget(1_000_000);
    var cap = new ConnectionCap(MOST, memory);
    var listening = new EmbeddedChannel(cap);
    var small = accepted(listening);
    var large = accepted(listening);
    var lines = "a:b\r\n" + "x".repeat(105_000);

    small.writeInbound(text("x".repeat(2_000)));
    for (int i = 0; i < 4; i++) {
      large.writeInbound(text(lines));
    }
    assertThat(large.isOpen()).isTrue();
    large.writeOutbound(text("an answer"));
    for (int i = 0; i < 4; i++) {
      large.writeInbound(text(lines));
    }
    assertThat(large.isOpen()).as("what was answered takes nothing").isTrue();
    large.writeInbound(text(lines));

    assertThat(large.isOpen()).isFalse();
    assertThat(small.isOpen()).isTrue();
    assertThat(memory.take(0)).as("it is given back").isFalse();
  }

  @Test
  void aRequestOfTooManyLinesIsAnsweredAndNotRead() {
    var listening =
        new EmbeddedChannel(new ConnectionCap(MOST, new RequestMemoryBudget(1_000_000)));
    var many = accepted(listening);
    var usual = accepted(listening);

    usual.writeInbound(text("a:b\r\n".repeat(450)));
    many.writeInbound(text("a:b\r\n".repeat(12_000)));
    many.writeInbound(text("\r\n"));

    assertThat(many.<Object>readInbound()).isNull();
    assertThat(many.<ByteBuf>readOutbound().toString(StandardCharsets.US_ASCII))
        .startsWith("HTTP/1.1 431 ");
    assertThat(many.<Object>readOutbound()).as("one answer").isNull();
    assertThat(usual.isOpen()).isTrue();
    usual.writeOutbound(text("an answer"));
    usual.writeInbound(text("a:b\r\n".repeat(450)));
    assertThat(usual.isOpen()).as("each request is counted anew").isTrue();
    assertThat(usual.<ByteBuf>readOutbound().readableBytes()).isEqualTo(9);
    assertThat(usual.<Object>readOutbound()).isNull();
  }

  @Test
  void whoGoesOnAfterARefusalIsClosed() {
    var listening =
        new EmbeddedChannel(new ConnectionCap(MOST, new RequestMemoryBudget(1_000_000)));
    var many = accepted(listening);

    for (int i = 0; i < 20 && many.isOpen(); i++) {
      many.writeInbound(text("a:b\r\n".repeat(12_000)));
    }

    assertThat(many.isOpen()).isFalse();
  }

  /** Each message of Envoy's protocol holds a dozen of the bytes that end a line of HTTP/1.1. */
  @Test
  void manyRequestsOfHttp2AreNoLines() throws Exception {
    var waiting = new ConcurrentLinkedQueue<HttpServerResponse>();
    int many = 200;
    var busy =
        served(
            new HttpServerGroup(vertx)
                .http2(
                    free(),
                    r -> {
                      waiting.add(r.response());
                      if (waiting.size() == many) {
                        waiting.forEach(w -> w.setStatusCode(204).end());
                      }
                    }));
    var options =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false);
    var client = vertx.createHttpClient(options);
    var answers = new ArrayList<Future<Integer>>();
    for (int i = 0; i < many; i++) {
      answers.add(
          client
              .request(HttpMethod.POST, busy.actualPort(), "127.0.0.1", "/")
              .compose(r -> r.send("\n".repeat(12)))
              .map(HttpClientResponse::statusCode));
    }

    Future.join(answers).toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);

    assertThat(answers).extracting(Future::result).containsOnly(204);
  }

  @Slow(
      guard = "dev.deployclaw.ratelimit.listener.ConnectionCapTest#doesntSpeakHttp2WhereItNeedNot",
      because = "a connection that broke HTTP/2 is closed only after a while")
  @Test
  void thePrefaceOfHttp2OpensNoWayForLinesOfHttp1() throws Exception {
    for (var server : List.of(http, http2)) {
      var socket = open(server);
      say(socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      say(socket, "GET / HTTP/1.1\r\nHost: x\r\n" + "a:b\r\n".repeat(1_000) + "\r\n");

      BoundedWait.until("it is closed", LONG, () -> closed(socket));
    }
  }

  @Test
  void connectionsOfAllEventLoopsAreCountedTogether() throws Exception {
    var address = free();
    Set<Thread> loops = ConcurrentHashMap.newKeySet();
    Queue<HttpServer> listening = new ConcurrentLinkedQueue<>();
    Supplier<Deployable> loop = () -> new OneLoop(address, loops, listening);
    var _ = served(vertx.deployVerticle(loop, new DeploymentOptions().setInstances(3)));

    var all = new ArrayList<Socket>();
    for (int i = 0; i < 5 * MOST; i++) {
      var one = open(listening.element());
      ask(one);
      all.add(one);
    }

    assertThat(listening).extracting(HttpServer::actualPort).containsOnly(port(all));
    assertThat(loops).as("event loops that answered").hasSize(3);
    var oldest = all.subList(0, all.size() - MOST);
    BoundedWait.until(
        "the oldest are closed", LONG, () -> oldest.stream().allMatch(ConnectionCapTest::closed));
    for (var latest : all.subList(all.size() - MOST, all.size())) {
      assertThat(closed(latest)).isFalse();
      latest.setSoTimeout((int) LONG.toMillis());
      ask(latest);
    }
  }

  private static int port(List<Socket> sockets) {
    return sockets.getFirst().getPort();
  }

  /** Listens where others do. */
  private static final class OneLoop extends VerticleBase {
    private final SharedAddress address;
    private final Set<Thread> loops;
    private final Queue<HttpServer> listening;

    OneLoop(SharedAddress address, Set<Thread> loops, Queue<HttpServer> listening) {
      this.address = address;
      this.loops = loops;
      this.listening = listening;
    }

    @Override
    public Future<?> start() {
      return new HttpServerGroup(vertx)
          .http(
              address,
              request -> {
                loops.add(Thread.currentThread());
                request.response().setStatusCode(204).end();
              })
          .onSuccess(listening::add);
    }
  }

  private static SharedAddress free() {
    return SharedAddress.of("127.0.0.1", 0);
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private static EmbeddedChannel accepted(EmbeddedChannel listening) {
    var accepted = new EmbeddedChannel();
    listening.writeInbound(accepted);
    return accepted;
  }

  @Test
  void doesntSpeakHttp2WhereItNeedNot() throws Exception {
    var upgrading = open(http);
    say(
        upgrading,
        """
        GET / HTTP/1.1\r
        Host: x\r
        Connection: Upgrade, HTTP2-Settings\r
        Upgrade: h2c\r
        HTTP2-Settings: AAMAAABkAAQAAP__\r
        \r
        """);
    var knowing = open(http);
    say(knowing, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    assertThat(answer(upgrading)).startsWith("HTTP/1.1 204");
    assertThat(answer(knowing)).doesNotStartWith("HTTP/1.1 2").doesNotContain("\0");
  }

  @Test
  void keepsFewerWhereTheProcessMayOpenFewFiles() {
    assertThat(OpenFileLimit.fitting(1_000, 3, 1, OptionalInt.empty())).isEqualTo(1_000);
    assertThat(OpenFileLimit.fitting(1_000, 3, 1, OptionalInt.of(65_536))).isEqualTo(1_000);
    assertThat(OpenFileLimit.fitting(1_000, 3, 1, OptionalInt.of(1_024))).isBetween(150, 205);
    assertThat(OpenFileLimit.fitting(1_000, 3, 4, OptionalInt.of(1_024))).isBetween(100, 154);
    assertThat(OpenFileLimit.fitting(1_000, 3, 1, OptionalInt.of(64))).isEqualTo(16);
    assertThat(OpenFileLimit.limit()).isPresent();
  }

  private Socket open(HttpServer server) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket.setSoTimeout((int) LONG.toMillis());
    opened.add(socket);
    return socket;
  }

  private static void ask(Socket socket) throws IOException {
    say(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(answer(socket)).startsWith("HTTP/1.1 204");
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** What comes in one piece; empty where it was closed. */
  private static String answer(Socket socket) throws IOException {
    byte[] bytes = new byte[4_096];
    int length = Math.max(0, socket.getInputStream().read(bytes));
    return new String(bytes, 0, length, StandardCharsets.US_ASCII);
  }

  private static boolean closed(Socket socket) {
    try {
      socket.setSoTimeout(1);
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static <T> T served(Future<T> starting) throws Exception {
    return starting.toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }
}
