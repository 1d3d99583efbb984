package dev.deployclaw.executors.s3;

import dev.deployclaw.core.tls.TlsSettings;
import java.net.URI;
import java.time.Duration;

/**
 * Where the bucket is, and as whom to use it.
 *
 * @param secretKey never printed
 * @param pathStyle {@code endpoint/bucket/name} instead of {@code bucket.endpoint/name}
 * @param timeout of every single call
 * @param tls for {@code https://}; its name is the address' host
 */
public record S3Settings(
    URI endpoint,
    String region,
    String bucket,
    String accessKey,
    String secretKey,
    boolean pathStyle,
    Duration timeout,
    TlsSettings tls) {

  @Override
  public String toString() {
    return "S3Settings[endpoint=%s, region=%s, bucket=%s, accessKey=%s, secretKey=***]"
        .formatted(endpoint, region, bucket, accessKey);
  }
}
