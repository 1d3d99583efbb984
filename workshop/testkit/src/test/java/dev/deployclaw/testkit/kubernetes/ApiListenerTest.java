package dev.deployclaw.testkit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.testkit.server.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an API server is reached. */
class ApiListenerTest {
  @TempDir Path folder;

  @Test
  void speaksHttp2ThroughTlsToWhoTrustsItsCertificate() throws Exception {
    var certificates = TestCertificate.make(folder.resolve("tls"), "CN=kubernetes");
    var tls = new ApiServer.Tls(certificates.certificate(), certificates.key());
    try (var server = ApiServer.start(0, folder.resolve("objects"), "known", tls);
        var trusting = TestCertificate.trusting(certificates.certificate()).build();
        var stranger = HttpClient.newHttpClient()) {
      var answer = get(trusting, server.url(), Version.HTTP_2);
      var older = get(trusting, server.url(), Version.HTTP_1_1);

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.version()).isEqualTo(Version.HTTP_2);
      assertThat(older.version()).isEqualTo(Version.HTTP_1_1);
      assertThatThrownBy(() -> get(stranger, server.url(), Version.HTTP_2))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void answersManyAtOnceWhileOneWaits() throws Exception {
    try (var server = ApiServer.start();
        var client = HttpClient.newHttpClient()) {
      var first = new CountDownLatch(1);
      server.rule(asked -> {
        if (asked.query().containsKey("wait")) {
          try {
            first.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
        return Optional.empty();
      });
      var waiting =
          client.sendAsync(
              request(server.url(), "/version?wait", Version.HTTP_1_1), BodyHandlers.ofString());

      assertThat(get(client, server.url(), Version.HTTP_1_1).statusCode()).isEqualTo(200);
      first.countDown();
      assertThat(waiting.get().statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<String> get(HttpClient client, URI server, Version version)
      throws IOException, InterruptedException {
    return client.send(request(server, "/version", version), BodyHandlers.ofString());
  }

  private static HttpRequest request(URI server, String path, Version version) {
    return HttpRequest.newBuilder(server.resolve(path))
        .version(version)
        .header("Authorization", "Bearer known")
        .build();
  }
}
