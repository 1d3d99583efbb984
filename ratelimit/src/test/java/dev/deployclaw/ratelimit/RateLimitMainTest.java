package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service as a process of its own. */
class RateLimitMainTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void answersAndRefusesWhileNothingElseIsUp(int loops) throws Exception {
    var portFile = folder.resolve("port");
    int nobody = FreePortFinder.free();
    var process =
        start(
            "--port=0",
            "--event-loops=" + loops,
            "--port-file=" + portFile,
            "--etcd=http://127.0.0.1:" + nobody,
            "--redis=127.0.0.1:" + nobody);
    try {
      BoundedWait.until("the port is told", Estate.LONG, () -> Files.exists(portFile));
      String port = Files.readString(portFile).strip();
      String base = "http://127.0.0.1:" + port;

      BoundedWait.until(
          "each event loop takes its turns",
          Estate.LONG,
          () -> HealthCheckMain.lives(Map.of("DC_RATELIMIT_PORT", port)));
      assertThat(get(base + "/readyz").statusCode()).isEqualTo(503);
      assertThat(get(base + "/readyz").body()).contains("starting", "etcd");
      assertThat(get(base + "/v1/decide").statusCode()).isEqualTo(403);
      assertThat(get(base + "/v1/status").body()).contains("\"epochs\":[]");
      assertThat(get(base + "/other").statusCode()).isEqualTo(404);
      assertThat(post(base + "/v1/decide", "a body").statusCode()).isEqualTo(413);
      assertThat(post(base + "/v1/release", "").statusCode()).isEqualTo(400);
      assertThat(HealthCheckMain.lives(Map.of("DC_RATELIMIT_PORT", Integer.toString(nobody))))
          .isFalse();
    } finally {
      process.destroy();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void saysWhatIsWrongWithItsSettings() throws Exception {
    var process = start("--port=x");

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(Files.readString(folder.resolve("output")))
        .contains("port must be", "etcd is missing");
  }

  private Process start(String... arguments) {
    var options =
        List.of(
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");
    return CommandRunner.of(JavaProgram.words(options, RateLimitMain.class, arguments))
        .start(Redirect.to(folder.resolve("output").toFile()));
  }

  private static HttpResponse<String> get(String url) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(URI.create(url)).timeout(Estate.LONG).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private static HttpResponse<String> post(String url, String body) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(url))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .timeout(Estate.LONG)
              .build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
