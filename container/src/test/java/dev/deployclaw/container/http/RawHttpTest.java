package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.server.ServerFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls that are no HTTP, or bend it, byte by byte. Each refusal is a problem. */
class RawHttpTest {
  private static final String HOST = "Host: 127.0.0.1\r\n";

  private static final String TWO_ENDS = "Content-Length: 5\r\nTransfer-Encoding: chunked";

  @TempDir static Path folder;

  @AutoClose private static Served served;

  @BeforeAll
  static void start() throws Exception {
    served = Served.start(folder, ServerFixture.patient());
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        Arguments.of("no request line", "NONSENSE\r\n\r\n", 400),
        Arguments.of("no version", "GET /healthz\r\n\r\n", 400),
        Arguments.of("an unknown version", "GET /healthz HTTP/9.9\r\n" + HOST + "\r\n", 400),
        Arguments.of("a version in lower case", "GET /healthz http/1.1\r\n" + HOST + "\r\n", 400),
        Arguments.of("a header without a colon", get("Broken header"), 400),
        Arguments.of("a space before the colon", get("Broken : x"), 400),
        Arguments.of("a NUL in a header", get("X-A: b\0c"), 400),
        Arguments.of("two hosts", get("Host: evil.example"), 400),
        Arguments.of("no host", "GET /healthz HTTP/1.1\r\n\r\n", 400),
        Arguments.of("a host that is none", "GET /healthz HTTP/1.1\r\nHost: a b/c\r\n\r\n", 400),
        Arguments.of("a long line", "GET /" + "a".repeat(5000) + " HTTP/1.1\r\n" + HOST, 414),
        Arguments.of("a long header", get("X-Long: " + "a".repeat(20_000)), 431),
        Arguments.of("many headers", get("X-A: b\r\n".repeat(4000).strip()), 431),
        Arguments.of("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        Arguments.of("a path with a wrong escape", "GET /%zz HTTP/1.1\r\n" + HOST + "\r\n", 400),
        Arguments.of("an unknown path", "GET /nothing HTTP/1.1\r\n" + HOST + "\r\n", 404),
        Arguments.of("an unknown method", "BREW /healthz HTTP/1.1\r\n" + HOST + "\r\n", 405),
        Arguments.of("a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + "\r\n", 404),
        Arguments.of("all that is there", "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n", 404),
        Arguments.of("no path", "GET http://[::bad HTTP/1.1\r\n" + HOST + "\r\n", 404),
        Arguments.of("a length and chunks", post(TWO_ENDS, "0\r\n\r\n"), 400),
        Arguments.of("two lengths", post("Content-Length: 2\r\nContent-Length: 3", "{}"), 400),
        Arguments.of("a length that is none", post("Content-Length: x", "{}"), 400),
        Arguments.of("a chunk that is none", post("Transfer-Encoding: chunked", "zz\r\n"), 400),
        Arguments.of("what can't be expected", post("Expect: tea\r\nContent-Length: 2", "{}"), 417),
        Arguments.of("a wrong escape in a query", read("/v1/executions?limit=%zz"), 400),
        Arguments.of("a long body", post("Content-Length: 1000000", ""), 413),
        Arguments.of(
            "a long body in chunks",
            post("Transfer-Encoding: chunked", "11170\r\n" + "a".repeat(70_000) + "\r\n0\r\n\r\n"),
            413));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void refusesWithAProblem(String what, String bytes, int status) throws IOException {
    var answer = RawCall.send(served, bytes);

    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.json().path("status").asInt()).isEqualTo(status);
    assertThat(answer.json().path("remedy").asText()).isNotEmpty();
    assertThat(answer.body()).doesNotContain("netty", "vertx");
  }

  @Test
  void saysWhatIsAllowedWhereTheMethodIsNot() throws IOException {
    var task = RawCall.send(served, call("PUT", "/v1/tasks", ""));
    var document = RawCall.send(served, call("DELETE", "/v1/executions/a-1", ""));
    var asked = RawCall.send(served, call("OPTIONS", "/v1/tasks", "Origin: https://evil.example"));

    assertThat(task.status()).isEqualTo(405);
    assertThat(task.header("Allow")).isEqualTo("POST");
    assertThat(document.header("Allow")).isEqualTo("GET, HEAD");
    assertThat(asked.status()).isEqualTo(405);
    assertThat(asked.headers().keySet()).noneMatch(h -> h.startsWith("access-control-"));
  }

  @Test
  void answersHeadAsGetWithoutABody() throws IOException {
    String id = served.done("apply", "COMPLETED");
    for (var path : new String[] {"/v1/executions", "/v1/executions/" + id, "/healthz"}) {
      var get = RawCall.send(served, call("GET", path, "Authorization: Bearer " + VIC));
      try (var socket = RawCall.open(served)) {
        var head = RawCall.send(socket, call("HEAD", path, "Authorization: Bearer " + VIC));

        assertThat(head.status()).as(path).isEqualTo(get.status()).isEqualTo(200);
        assertThat(head.header("Content-Type")).isEqualTo(get.header("Content-Type"));
        assertThat(head.header("Content-Length")).isEqualTo(get.header("Content-Length"));
        var next = RawCall.send(socket, call("GET", "/healthz", ""));
        assertThat(next.status()).as("no body came before it").isEqualTo(200);
      }
    }
    var events = call("HEAD", "/v1/executions/" + id + "/events", "Authorization: Bearer " + VIC);
    assertThat(RawCall.send(served, events).header("Content-Type")).isEqualTo("text/event-stream");
    var stranger = RawCall.send(served, call("HEAD", "/v1/executions", ""));
    assertThat(stranger.status()).isEqualTo(401);
  }

  /** More than the 128 that a handler of Netty's for WebSockets lets wait. */
  @Test
  void answersManyCallsThatComeAtOnceOneAfterAnother() throws IOException {
    int calls = 400;
    try (var socket = RawCall.open(served)) {
      socket.getOutputStream().write(call("GET", "/healthz", "").repeat(calls).getBytes(US_ASCII));

      for (int i = 0; i < calls; i++) {
        assertThat(RawCall.send(socket, "").status()).as("answer %s", i).isEqualTo(200);
      }
    }
  }

  @Test
  void speaksNoOtherProtocolOnTheSameLine() throws IOException {
    var upgrade =
        call(
            "GET",
            "/healthz",
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__");

    assertThat(RawCall.send(served, upgrade).status()).isEqualTo(200);
  }

  private static String get(String header) {
    return call("GET", "/healthz", header);
  }

  private static String read(String path) {
    return call("GET", path, "Authorization: Bearer " + VIC);
  }

  private static String post(String header, String body) {
    return call(
            "POST",
            "/v1/tasks",
            "Authorization: Bearer " + OLIVIA + "\r\nContent-Type: application/json\r\n" + header)
        + body;
  }

  private static String call(String method, String path, String header) {
    return "%s %s HTTP/1.1\r\n%s%s\r\n"
        .formatted(method, path, HOST, header.isEmpty() ? "" : header + "\r\n");
  }
}
