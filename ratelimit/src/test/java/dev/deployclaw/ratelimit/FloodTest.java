package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of connections to the service's own process, which may open fewer files than that. */
@Slow(
    guard = "dev.deployclaw.ratelimit.listener.ConnectionCapTest",
    because = "it opens some twenty thousand connections to a process of its own")
class FloodTest {
  private static final List<String> JVM =
      List.of(
          "-Xmx96m",
          "-XX:+UseSerialGC",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");
  private static final int FLOOD = 5_000;
  private static final int MOST_FILES = 4_096;
  private static final int CLIENTS = 100_000;
  private static final int LINES = 200;

  private static final int ANSWER_MILLIS = 10_000;
  @TempDir private static Path folder;
  private static Estate estate;
  private static Process process;
  private static int port;
  private static int grpcPort;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start(folder, 0);
    var limit = Sets.burst("all", 1_000_000);
    var each = new CounterKeyPart.ClientAddress();
    var leased = Sets.leased(LimitAlgorithm.TOKEN_BUCKET, 100, Duration.ofSeconds(1), each);
    estate.activate(
        1,
        Sets.of(
            Sets.tenant("acme", BackendFailureMode.ALLOW, limit),
            Sets.tenant("exact", BackendFailureMode.ALLOW, Sets.burst("all", 100, each)),
            Sets.tenant("leased", BackendFailureMode.ALLOW, leased)));
    var portFile = folder.resolve("port");
    grpcPort = FreePortFinder.free();
    var nodes = estate.redis().nodes().stream().map(HostPort::toString);
    process =
        bounded(
            "--port=0",
            "--port-file=" + portFile,
            "--grpc-port=" + grpcPort,
            "--etcd=" + estate.etcd().endpoint(),
            "--prefix=/deployclaw/test/",
            "--redis-timeout-ms=300",
            "--redis=" + nodes.collect(Collectors.joining(",")));
    BoundedWait.until("the port is told", Estate.LONG, () -> Files.exists(portFile));
    port = Integer.parseInt(Files.readString(portFile).strip());
    BoundedWait.until("it decides", Estate.LONG, () -> decided() == 204);
  }

  @AfterAll
  static void stop() throws Exception {
    process.destroy();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    estate.close();
  }

  @Test
  void silentConnectionsCrowdNobodyOut() throws Exception {
    floods(port, new byte[0]);
  }

  @Test
  void requestsThatNeverEndCrowdNobodyOut() throws Exception {
    floods(port, "GET /v1/decide HTTP/1.1\r\nHost: x\r\nA: ".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void silentConnectionsForEnvoysProtocolCrowdNobodyOut() throws Exception {
    floods(grpcPort, new byte[0]);
    floods(grpcPort, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.UTF_8));
  }

  /** Each would hold the event loop for a while, and be two megabytes of headers. */
  @Test
  void requestsOfManyHeadersFillNoMemory() throws Exception {
    var many = "GET /v1/decide HTTP/1.1\r\nHost: x\r\n" + "a:b\r\n".repeat(12_000);

    floods(port, many.getBytes(StandardCharsets.UTF_8), FLOOD / 5);
  }

  /** Each has a counter, a match and, of the second tenant, a lease of its own. */
  @Test
  void aHundredThousandClientsFillNoMemory() throws Exception {
    for (var tenant : List.of("exact", "leased")) {
      int limited = 0;
      List<Socket> lines = new ArrayList<>();
      try {
        for (int i = 0; i < LINES; i++) {
          lines.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        for (int client = 0; client < CLIENTS; client += LINES) {
          for (int i = 0; i < LINES; i++) {
            ask(lines.get(i), tenant, client + i);
          }
          for (var line : lines) {
            String answer = answer(line);
            assertThat(answer).contains(" 204 ");
            limited += answer.contains("RateLimit-Policy") ? 1 : 0;
          }
        }
      } finally {
        for (var line : lines) {
          line.close();
        }
      }
      assertThat(process.isAlive()).isTrue();
      assertThat(limited).as("decided by a limit, of " + tenant).isGreaterThan(CLIENTS * 9 / 10);
      BoundedWait.until("it decides by limits again", Estate.LONG, FloodTest::isDecidedByLimits);
    }
  }

  private static void ask(Socket line, String tenant, int client) throws IOException {
    var headers = Estate.question(tenant, "/", Map.of());
    String address = "10.%d.%d.%d".formatted(client >> 16, client >> 8 & 255, client & 255);
    headers.put(DecideHeaders.CLIENT, address);
    ask(line, "/v1/decide", headers);
  }

  private static void floods(int attacked, byte[] beginning) throws Exception {
    floods(attacked, beginning, FLOOD);
  }

  private static void floods(int attacked, byte[] beginning, int connections) throws Exception {
    List<SocketChannel> flood = new ArrayList<>();
    try {
      for (int i = 0; i < connections; i++) {
        var open = SocketChannel.open();
        flood.add(open);
        open.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), attacked));
        send(open, beginning);
        if (i % 500 == 499) {
          assertThat(decided()).as("a decision beside " + i + " others").isEqualTo(204);
          assertThat(status("/healthz", Map.of())).as("health beside " + i).isEqualTo(200);
          assertThat(status("/readyz", Map.of())).as("readiness beside " + i).isEqualTo(200);
        }
      }
    } finally {
      for (var open : flood) {
        open.close();
      }
    }
    assertThat(process.isAlive()).isTrue();
    BoundedWait.until("it decides by limits again", Estate.LONG, FloodTest::isDecidedByLimits);
  }

  /** Where Redis isn't asked in time, which a busy machine may do, no limit is told. */
  private static boolean isDecidedByLimits() {
    var question = Estate.question("acme", "/pay", Map.of());
    try {
      return answer("/v1/decide", question).contains("RateLimit-Policy");
    } catch (IOException e) {
      return false;
    }
  }

  /** Until all is sent, or the other side has closed. */
  private static void send(SocketChannel open, byte[] bytes) {
    var left = ByteBuffer.wrap(bytes);
    try {
      while (left.hasRemaining()) {
        open.write(left);
      }
    } catch (IOException e) {
      assertThat(left.position()).as("sent before it was closed").isNotNegative();
    }
  }

  private static int decided() {
    try {
      return status("/v1/decide", Estate.question("acme", "/pay", Map.of()));
    } catch (IOException e) {
      return -1;
    }
  }

  /** On a connection of its own; -1 where it is closed without an answer. */
  private static int status(String path, Map<String, String> headers) throws IOException {
    var words = answer(path, headers).split(" ", 3);
    return words.length < 3 ? -1 : Integer.parseInt(words[1]);
  }

  private static String answer(String path, Map<String, String> headers) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_MILLIS);
      ask(socket, path, headers);
      return answer(socket);
    }
  }

  private static void ask(Socket socket, String path, Map<String, String> headers)
      throws IOException {
    var request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: x\r\n");
    headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Small, so that it comes in one piece. */
  private static String answer(Socket socket) throws IOException {
    socket.setSoTimeout(ANSWER_MILLIS);
    byte[] bytes = new byte[4_096];
    int length = Math.max(0, socket.getInputStream().read(bytes));
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static Process bounded(String... arguments) {
    var command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n " + MOST_FILES + "; exec \"$@\"", "sh"));
    command.addAll(JavaProgram.words(JVM, RateLimitMain.class, arguments));
    return CommandRunner.of(command).start(Redirect.to(folder.resolve("output").toFile()));
  }
}
