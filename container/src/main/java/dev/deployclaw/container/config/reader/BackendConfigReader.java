package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Reads where Redis, the bucket and the stream are, and as whom they are asked.
 *
 * @param files of credentials
 */
record BackendConfigReader(CredentialFiles files) {
  private static final String USERNAME = "username";
  private static final String PASSWORD = "password";

  private TlsConfigReader tls() {
    return new TlsConfigReader(files);
  }

  AgentConfig.Redis redis(ConfigSection f) {
    var redis =
        new AgentConfig.Redis(
            f.addresses("nodes"),
            f.text(USERNAME, ""),
            files.secret(f, PASSWORD),
            f.duration("timeout", Duration.ofSeconds(3)),
            tls().where(f, f.section("tls")));
    f.done();
    if (!redis.username().isEmpty() && redis.password().value().isEmpty()) {
      f.wrong(USERNAME, "has no password", "add passwordFile, or remove username");
    }
    return redis;
  }

  AgentConfig.S3 s3(ConfigSection f) {
    String endpoint = f.url("endpoint");
    var s3 =
        new AgentConfig.S3(
            endpoint,
            f.text("region", "us-east-1"),
            f.required("bucket"),
            needed(f, "accessKey"),
            needed(f, "secretKey"),
            f.duration("timeout", Duration.ofSeconds(10)),
            tls().read(f.section("tls"), endpoint.startsWith("https://")));
    f.done();
    if (s3.tls().serverName().isPresent()) {
      f.wrong(
          "tls", "has a serverName", "write that name in endpoint: it is signed with each call");
    }
    return s3;
  }

  /** A secret without which nobody lets us in. */
  private SecretValue needed(ConfigSection f, String key) {
    var secret = files.secret(f, key);
    if (secret.value().isEmpty() && f.optional(key + "File").isEmpty()) {
      f.required(key + "File");
    }
    return secret;
  }

  AgentConfig.Nats nats(ConfigSection f) {
    String url = f.url("url");
    var nats =
        new AgentConfig.Nats(
            url,
            f.optional("credentialsFile").map(this::credentials),
            f.text(USERNAME, ""),
            files.secret(f, PASSWORD),
            tls().read(f.section("tls"), url.startsWith("tls://")),
            f.duration("timeout", Duration.ofSeconds(5)),
            f.whole("backlogMiB", 64, 1, 1_048_576),
            f.texts("monitors").isEmpty() ? List.of() : f.urls("monitors"));
    f.done();
    check(nats, f);
    return nats;
  }

  private static void check(AgentConfig.Nats nats, ConfigSection f) {
    boolean named = !nats.username().isEmpty();
    if (named == nats.password().value().isEmpty()) {
      f.wrong(USERNAME, "and password are needed together", "add the other, or remove it");
    }
    if (named && (nats.credentialsFile().isPresent() || nats.hasLogin())) {
      f.wrong(
          USERNAME, "isn't the only user: the URL or a credentials file has one, too", "keep one");
    }
    if (!nats.url().isEmpty() && !nats.url().matches("(nats|tls)://.*")) {
      f.wrong("url", "is neither nats:// nor tls://", "write for example tls://host:4222");
    }
  }

  private Path credentials(String file) {
    var there = files.noted(file);
    files.learnLines(there);
    return there;
  }
}
