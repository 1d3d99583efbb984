package dev.deployclaw.lab.judge.protocol;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A bucket of an S3 server, read by path-style requests that are signed (AWS Signature V4). */
public record S3BucketReader(Access access) {
  private static final String EMPTY = ByteDigests.sha256(new byte[0]);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int FOUND = 200;
  private static final int ABSENT = 404;

  /** How it is reached. */
  public record Access(
      URI endpoint, String bucket, String region, Path accessKeyFile, Path secretKeyFile) {}

  public Optional<byte[]> object(String name) throws IOException {
    var url = URI.create(access.endpoint() + "/" + access.bucket() + "/" + name);
    var answer = HttpReply.get(url, signed(url, Instant.now()));
    return switch (answer.status()) {
      case FOUND -> Optional.of(answer.body());
      case ABSENT -> Optional.empty();
      default -> throw new IOException("S3 says " + answer.status() + " of " + name);
    };
  }

  private Map<String, String> signed(URI url, Instant now) throws IOException {
    String time = TIME.format(now);
    String day = time.substring(0, time.indexOf('T'));
    String host = url.getHost() + ":" + url.getPort();
    String names = "host;x-amz-content-sha256;x-amz-date";
    String request =
        "GET\n%s\n\nhost:%s\nx-amz-content-sha256:%s\nx-amz-date:%s\n\n%s\n%s"
            .formatted(url.getRawPath(), host, EMPTY, time, names, EMPTY);
    String scope = day + "/" + access.region() + "/s3/aws4_request";
    String toSign =
        "AWS4-HMAC-SHA256\n"
            + time
            + "\n"
            + scope
            + "\n"
            + ByteDigests.sha256(ByteDigests.of(request));
    byte[] key = ByteDigests.of("AWS4" + Files.readString(access.secretKeyFile()).strip());
    for (String part : scope.split("/", -1)) {
      key = ByteDigests.hmac(key, part);
    }
    var out = new TreeMap<String, String>();
    out.put("Host", host);
    out.put("x-amz-date", time);
    out.put("x-amz-content-sha256", EMPTY);
    out.put(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
            .formatted(
                Files.readString(access.accessKeyFile()).strip(),
                scope,
                names,
                HexFormat.of().formatHex(ByteDigests.hmac(key, toSign))));
    return out;
  }
}
