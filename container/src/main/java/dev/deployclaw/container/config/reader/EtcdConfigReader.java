package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads where an etcd is, and as whom it is asked.
 *
 * @param content of a file as it is written; empty where it can't be read
 */
record EtcdConfigReader(TlsConfigReader tls, Function<String, Optional<String>> content) {
  private static final String HTTPS = "https://";

  AgentConfig.Etcd read(ConfigSection f) {
    var endpoints = f.urls("endpoints");
    String prefix = f.text("prefix", "/deployclaw/default/");
    var etcd =
        new AgentConfig.Etcd(
            endpoints,
            prefix.endsWith("/") ? prefix : prefix + "/",
            f.text("username", ""),
            f.secret("password", content),
            tls.read(f.section("tls"), encrypted(endpoints)),
            f.duration("timeout", Duration.ofSeconds(5)));
    f.done();
    check(etcd, f);
    return etcd;
  }

  private static void check(AgentConfig.Etcd etcd, ConfigSection f) {
    boolean named = !etcd.username().isEmpty();
    boolean secret = !etcd.password().value().isEmpty();
    if (named && !secret) {
      f.wrong("username", "has no password", "add passwordFile, or remove username");
    }
    if (!named && secret) {
      f.wrong("password", "has no username", "add it: etcd has no user without a name");
    }
    long encrypted = etcd.endpoints().stream().filter(e -> e.startsWith(HTTPS)).count();
    if (encrypted != 0 && encrypted != etcd.endpoints().size()) {
      f.wrong("endpoints", "mix http:// and https://", "write the same for each");
    }
  }

  private static boolean encrypted(List<String> endpoints) {
    return endpoints.stream().anyMatch(e -> e.startsWith(HTTPS));
  }
}
