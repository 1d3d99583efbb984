package dev.deployclaw.lab.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.EtcdReader;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which epochs may lie around, by a real etcd. */
class ExpectedStateTest {
  private static final String SET = "{\"tenants\":[]}";

  @TempDir Path folder;

  @Test
  void whatIsNotProvenKeepsWhatItsPredecessorNeeded() throws Exception {
    try (var server = dev.deployclaw.testkit.server.EtcdServer.start(folder)) {
      var at = server.endpoint();
      change(at, "old", 7, "completed", 6, 5, 7);
      change(at, "gone", 8, "failed", 7, 6, 8);
      change(at, "base", 9, "completed", 8, 7, 9);
      change(at, "back", 10, "completed", 9, 8, 8);
      committed(at, 10, "back", 9);

      assertThat(ExpectedState.of(new EtcdReader(at).keys("/p/")).allowed())
          .containsExactly(9L, 10L);

      change(at, "back", 10, "failed", 9, 8, 8);

      assertThat(ExpectedState.of(new EtcdReader(at).keys("/p/")).allowed())
          .containsExactly(7L, 8L, 9L, 10L);
    }
  }

  private static void committed(String endpoint, long epoch, String change, long predecessor)
      throws Exception {
    put(endpoint, "policy/" + epoch + "/chunk/0", packed());
    put(
        endpoint,
        "active",
        ByteDigests.of(
            "{\"change\":\"%s\",\"digest\":\"%s\",\"epoch\":%d,\"predecessor\":%d}"
                .formatted(change, ByteDigests.sha256(ByteDigests.of(SET)), epoch, predecessor)));
  }

  private static void change(
      String endpoint,
      String id,
      long epoch,
      String state,
      long base,
      long predecessor,
      long content)
      throws Exception {
    put(
        endpoint,
        "change/" + id,
        ByteDigests.of(
            """
            {"base":{"epoch":%d,"predecessor":%d},"content":%d,"epoch":%d,"state":{"name":"%s"}}
            """
                .formatted(base, predecessor, content, epoch, state)));
  }

  private static byte[] packed() throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(ByteDigests.of(SET));
    }
    return bytes.toByteArray();
  }

  private static void put(String endpoint, String key, byte[] value) throws Exception {
    var encoder = Base64.getEncoder();
    var body =
        "{\"key\":\"%s\",\"value\":\"%s\"}"
            .formatted(
                encoder.encodeToString(ByteDigests.of("/p/" + key)), encoder.encodeToString(value));
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(endpoint + "/v3/kv/put"))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
  }
}
