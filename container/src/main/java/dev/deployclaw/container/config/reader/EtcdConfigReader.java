package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.time.Duration;
import java.util.List;

/**
 * Reads where an etcd is, and as whom it is asked.
 *
 * @param files of credentials
 */
record EtcdConfigReader(CredentialFiles files) {
  private static final String HTTPS = "https://";

  AgentConfig.Etcd read(ConfigSection f) {
    var endpoints = f.urls("endpoints");
    String prefix = prefix(f);
    var etcd =
        new AgentConfig.Etcd(
            endpoints,
            prefix,
            f.text("username", ""),
            files.secret(f, "password"),
            new TlsConfigReader(files).read(f.section("tls"), encrypted(endpoints)),
            f.duration("timeout", Duration.ofSeconds(5)));
    f.done();
    check(etcd, f);
    return etcd;
  }

  /** Where its keys are. */
  static String prefix(ConfigSection f) {
    String prefix = f.text("prefix", "/deployclaw/default/");
    return prefix.endsWith("/") ? prefix : prefix + "/";
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
