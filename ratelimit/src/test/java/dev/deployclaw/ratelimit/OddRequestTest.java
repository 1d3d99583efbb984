package dev.deployclaw.ratelimit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway that opens without its rate limit service opens for no request that only looks odd: a
 * real NGINX, the service with Redis and etcd, and a limit that is used up.
 */
class OddRequestTest {
  private static final int TIMEOUT = Math.toIntExact(Duration.ofSeconds(30).toMillis());
  private static final String PLAIN = "GET /pay HTTP/1.1\r\nHost: acme.api.example.com\r\n";

  private static final String END = "Connection: close\r\n\r\n";

  @TempDir static Path folder;
  private static Estate estate;
  private static RawUpstream upstream;
  private static NginxServer nginx;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start(folder, 0);
    upstream = RawUpstream.start();
    port = FreePortFinder.free();
    var limit = Sets.burst("all", 1, new CounterKeyPart.Header("x-plan"));
    var whole = Sets.burst("whole", 1);
    var set = Sets.of(Sets.tenant("acme", BackendFailureMode.ALLOW, limit, whole));
    var upstreams = new TreeMap<String, String>();
    List.of("web", "checkout").forEach(s -> upstreams.put(s, upstream.address()));
    var site =
        new GatewaySite(
            "127.0.0.1:" + port,
            "127.0.0.1:" + estate.port(),
            upstreams,
            folder.resolve("nginx.pid"),
            folder.resolve("access.log"),
            true,
            Duration.ofSeconds(5),
            List.of(),
            EdgePolicy.NONE);
    var gateway = set.gateways().values().iterator().next();
    nginx = NginxServer.start(folder, NginxConfigFile.render(set, gateway, site).text());
    estate.activate(1, set);
    assertThat(status(PLAIN + END)).isEqualTo(200);
  }

  @AfterAll
  static void stop() {
    nginx.close();
    upstream.close();
    estate.close();
  }

  @Test
  void noRequestPassesOnceTheLimitIsUsedUp() {
    var passed = new ArrayList<String>();
    odd()
        .forEach((name, request) -> {
          int status = status(request);
          if (status < 400 || status >= 500) {
            passed.add(name + ": " + status);
          }
        });

    assertThat(passed).isEmpty();
  }

  private static Map<String, String> odd() {
    var out = new LinkedHashMap<String, String>();
    out.put("plain", PLAIN + END);
    bytes(out);
    sizes(out);
    headers(out);
    methods(out);
    return out;
  }

  /** What NGINX takes in a header's value and the service's HTTP doesn't is among them. */
  private static void bytes(Map<String, String> out) {
    for (int octet : new int[] {1, 8, 9, 11, 12, 14, 27, 31, 127, 128, 160, 255}) {
      char c = (char) octet;
      out.put(octet + " in a value", PLAIN + "X-Odd: a" + c + "b\r\n" + END);
      out.put(octet + " ends a value", PLAIN + "X-Odd: a" + c + "\r\n" + END);
      out.put(octet + " in a key", PLAIN + "X-Plan: a" + c + "b\r\n" + END);
      out.put(octet + " in a token", PLAIN + "DC-Probe: a" + c + "b\r\n" + END);
      out.put(octet + " in a query", PLAIN.replace("/pay", "/pay?a" + c + "b") + END);
      out.put(octet + " in a name", PLAIN + "X-O" + c + "d: a\r\n" + END);
    }
  }

  private static void sizes(Map<String, String> out) {
    for (int lines : new int[] {200, 490, 600, 3_000, 6_000}) {
      out.put(lines + " headers", PLAIN + "a:b\r\n".repeat(lines) + END);
    }
    String large = "x".repeat(7_000);
    out.put("large headers", PLAIN + ("X-Odd: " + large + "\r\n").repeat(4) + END);
    out.put("long path", PLAIN.replace("/pay", "/pay/" + large) + END);
    out.put("long query", PLAIN.replace("/pay", "/pay?" + large) + END);
    out.put("long token", PLAIN + "DC-Probe: " + large + "\r\n" + END);
    out.put("long key", PLAIN + "X-Plan: " + large + "\r\n" + END);
    out.put("two keys", PLAIN + "X-Plan: a\r\nX-Plan: b\r\n" + END);
    out.put("long host", PLAIN.replace("acme.", large + ".") + END);
  }

  private static void headers(Map<String, String> out) {
    List.of(
            "X-Odd:",
            "X-Odd: a\r\n b",
            "X-Odd",
            ": a",
            "x_y: a",
            "x y: a",
            "(x): a",
            "@: a",
            "Expect: 100-continue",
            "Upgrade: h2c",
            "Upgrade: websocket",
            "TE: trailers",
            "Trailer: X-Plan",
            "Connection: X-DC-Gateway, X-DC-Uri, Host",
            "Content-Length: 0",
            "X-DC-Gateway: other",
            "Content-Encoding: gzip",
            "Range: bytes=0-",
            "If-Match: *",
            "If-None-Match: *",
            "If-Modified-Since: Sun, 06 Nov 2094 08:49:37 GMT",
            "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
            "Cookie: " + "a=b; ".repeat(500),
            "X-Forwarded-For: " + "1.2.3.4, ".repeat(500),
            "Authorization: Bearer a.b.c",
            "DC-Probe: 1.2.3")
        .forEach(more -> out.put(more, PLAIN + more + "\r\n" + END));
  }

  private static void methods(Map<String, String> out) {
    for (String method : List.of("HEAD", "POST", "OPTIONS", "FOO", "X_Y", "PRI", "M".repeat(99))) {
      String first = PLAIN.replace("GET", method);
      out.put(method, first + END);
      out.put(method + " with a body", first + "Content-Length: 3\r\n" + END + "abc");
      String chunks = "Transfer-Encoding: chunked\r\n" + END + "3\r\nabc\r\n0\r\n\r\n";
      out.put(method + " in chunks", first + chunks);
    }
    out.put("HTTP/1.0", PLAIN.replace("1.1", "1.0") + END);
    out.put("absolute", PLAIN.replace("/pay", "http://acme.api.example.com/pay") + END);
  }

  private static int status(String request) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      var answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      return answer.length() < 12 ? 0 : Integer.parseInt(answer.substring(9, 12));
    } catch (IOException e) {
      return -1;
    }
  }
}
