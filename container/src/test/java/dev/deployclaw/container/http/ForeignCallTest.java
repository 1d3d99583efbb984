package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.testkit.server.TestCertificate;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls with an operator's certificate and the headers that browsers add to them. */
class ForeignCallTest {
  private static final String JSON = "Content-Type: application/json";

  @TempDir static Path folder;

  private static Served served;
  private static HttpClient console;

  @BeforeAll
  static void start() throws Exception {
    var server = TestCertificate.make(folder.resolve("server"), "CN=localhost");
    var client = TestCertificate.make(folder.resolve("console"), "CN=console,O=Example");
    var tls =
        new ServerConfig.Tls(
            server.certificate(),
            server.key(),
            Optional.of(client.certificate()),
            Optional.empty(),
            List.of(
                new ServerConfig.Client(
                    "CN=console, O=Example", "console", Set.of(ApiRole.VIEWER, ApiRole.OPERATOR))));
    served = Served.start(folder, tls, server.clientWithoutCertificate());
    console = client.client(server);
  }

  @AfterAll
  static void stop() {
    console.close();
    served.close();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 415",
    "Content-Type: text/plain, 415",
    "Content-Type: text/plain; application/json, 415",
    "Content-Type: application/x-www-form-urlencoded, 415",
    "Content-Type: application/jsonp, 415",
    "Content-Type: application/json | Sec-Fetch-Site: cross-site, 403",
    "Content-Type: application/json | Sec-Fetch-Site: same-site, 403",
    "Content-Type: application/json | Sec-Fetch-Site: none | Sec-Fetch-Site: cross-site, 403",
    "Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document, 403",
    "Content-Type: application/json | Origin: https://evil.example, 403",
    "Content-Type: application/json | Origin: null, 403",
    "Idempotency-Key: k | Origin: http://OWN, 403",
    "Content-Type: application/json | Origin: https://OWN.evil.example, 403",
    "Content-Type: application/json; charset=utf-8, 404",
    "Idempotency-Key: k, 404",
    "Content-Type: application/json | Sec-Fetch-Site: same-origin | Origin: https://OWN, 404"
  })
  void takesAPostOnlyFromProgramsAndItsOwnOrigin(String headers, int status) {
    var answer = call("POST", "/v1/executions/arch-none/rollback", headers);

    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
  }

  @Test
  void letsAForeignPageReadNothingButShowsALinkThatIsFollowed() {
    String followed = "Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate";

    assertThat(call("GET", "/v1/executions", "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
    assertThat(call("GET", "/v1/executions", "Origin: https://evil.example").status())
        .isEqualTo(403);
    assertThat(call("GET", "/v1/executions", followed + " | Sec-Fetch-Dest: iframe").status())
        .isEqualTo(403);
    var shown = call("GET", "/v1/executions", followed + " | Sec-Fetch-Dest: document");
    assertThat(shown.status()).isEqualTo(200);
    assertThat(shown.response().headers().map().keySet())
        .noneMatch(h -> h.startsWith("access-control-"));
  }

  /** Else a page would use up the calls of who looks at it. */
  @Test
  void aForeignPagesCallsAreAStrangers() {
    for (int i = 0; i < 100; i++) {
      var page = call("POST", "/v1/tasks", JSON + " | Sec-Fetch-Site: cross-site");
      assertThat(page.status()).isEqualTo(403);
    }

    assertThat(call("GET", "/v1/executions", "").status()).isEqualTo(200);
  }

  /** Wherever a page calls: what isn't served, what anybody may read, and links that it follows. */
  @ParameterizedTest
  @CsvSource({
    "GET, /nothing, Sec-Fetch-Site: cross-site",
    "GET, /v1/tasks, Sec-Fetch-Site: cross-site",
    "GET, /v1/openapi.yaml, Sec-Fetch-Site: cross-site",
    "POST, /nothing, Origin: https://evil.example",
    "'GET', /v1/executions, 'Sec-Fetch-Site: cross-site | Sec-Fetch-Mode: navigate | Sec-Fetch-Dest: document'"
  })
  void noCallOfAForeignPageUsesUpTheBudgetOfWhoLooksAtIt(
      String method, String path, String headers) {
    for (int i = 0; i < 300; i++) {
      call(method, path, headers);
    }

    assertThat(call("GET", "/v1/executions", "").status()).isEqualTo(200);
  }

  private static Served.Answer call(String method, String path, String headers) {
    var request = served.request(path, "").method(method, BodyPublishers.noBody());
    for (var header : headers.split(" \\| ", -1)) {
      var parts = header.split(": ", 2);
      if (parts.length == 2) {
        request.header(parts[0], parts[1].replace("OWN", served.uri("").getAuthority()));
      }
    }
    return new Served.Answer(Served.send(console, request));
  }
}
