package dev.deployclaw.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

final class S3ServerTest {
  @TempDir Path folder;

  @Test
  void embeddedServerCreatesAnObjectOnce() {
    try (S3Server s3 = S3Server.start(folder);
        S3Client client = client(s3, s3.secretKey())) {
      put(client, s3, "first");

      assertThatThrownBy(() -> put(client, s3, "second"))
          .isInstanceOfSatisfying(
              S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
      assertThat(get(client, s3)).isEqualTo("first");
    }
  }

  @Test
  void wrongKeyIsRefused() {
    try (S3Server s3 = S3Server.start(folder);
        S3Client client = client(s3, "wrong")) {
      assertThatThrownBy(() -> put(client, s3, "text"))
          .isInstanceOfSatisfying(
              S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(403));
    }
  }

  @Test
  void killedProcessComesBackWithItsObjects() {
    try (S3Server s3 = S3Server.spawn(folder);
        S3Client client = client(s3, s3.secretKey())) {
      // without a condition, so that the client may send it again if its answer is lost
      client.putObject(
          request -> request.bucket(s3.bucket()).key("a/b.json"), RequestBody.fromString("text"));

      s3.daemons().getFirst().kill();
      S3Server adopted = S3Server.adopt(folder);
      adopted.restart();

      assertThat(get(client, adopted)).isEqualTo("text");
      adopted.close();
      assertThat(FreePortFinder.isFree(s3.address().port())).isTrue();
    }
  }

  @Test
  void embeddedServerIsGoneAfterClose() {
    S3Server s3 = S3Server.start(folder);

    s3.close();

    assertThat(
            BoundedWait.cameTrue(
                Duration.ofSeconds(60), () -> FreePortFinder.isFree(s3.address().port())))
        .isTrue();
  }

  private static void put(S3Client client, S3Server s3, String text) {
    client.putObject(
        request -> request.bucket(s3.bucket()).key("a/b.json").ifNoneMatch("*"),
        RequestBody.fromString(text));
  }

  private static String get(S3Client client, S3Server s3) {
    return client
        .getObjectAsBytes(request -> request.bucket(s3.bucket()).key("a/b.json"))
        .asUtf8String();
  }

  private static S3Client client(S3Server s3, String secretKey) {
    return S3Client.builder()
        .endpointOverride(URI.create(s3.endpoint()))
        .region(Region.US_EAST_1)
        .forcePathStyle(true)
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(s3.accessKey(), secretKey)))
        .build();
  }
}
