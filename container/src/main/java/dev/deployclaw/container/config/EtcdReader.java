package dev.deployclaw.container.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads where an etcd is, and as whom it is asked.
 *
 * @param path resolves a path as it is written
 * @param content of a file as it is written; empty where it can't be read
 */
record EtcdReader(Function<String, Path> path, Function<String, Optional<String>> content) {
  private static final String HTTPS = "https://";

  Config.Etcd read(Fields f) {
    var endpoints = f.urls("endpoints");
    String prefix = f.text("prefix", "/deployclaw/default/");
    var etcd =
        new Config.Etcd(
            endpoints,
            prefix.endsWith("/") ? prefix : prefix + "/",
            f.text("username", ""),
            f.secret("password", content),
            tls(f.section("tls")),
            f.duration("timeout", Duration.ofSeconds(5)));
    f.done();
    check(etcd, f);
    return etcd;
  }

  private Config.EtcdTls tls(Fields f) {
    var tls = new Config.EtcdTls(file(f, "ca"), file(f, "cert"), file(f, "key"));
    f.done();
    if (tls.cert().isPresent() != tls.key().isPresent()) {
      f.wrong("cert", "and key are needed together", "add the other, or take it out");
    }
    return tls;
  }

  private Optional<Path> file(Fields f, String key) {
    var file = f.optional(key).map(path);
    if (file.filter(p -> !Files.isReadable(p)).isPresent()) {
      f.wrong(key, "can't be read", "check path and rights");
    }
    return file;
  }

  private static void check(Config.Etcd etcd, Fields f) {
    boolean named = !etcd.username().isEmpty();
    boolean secret = !etcd.password().value().isEmpty();
    if (named && !secret) {
      f.wrong("username", "has no password", "add passwordFile, or take username out");
    }
    if (!named && secret) {
      f.wrong("password", "has no username", "add it: etcd has no user without a name");
    }
    long encrypted = etcd.endpoints().stream().filter(e -> e.startsWith(HTTPS)).count();
    if (encrypted != 0 && encrypted != etcd.endpoints().size()) {
      f.wrong("endpoints", "mix http:// and https://", "write the same for each");
    }
    if (encrypted == 0 && etcd.tls().isGiven()) {
      f.wrong("tls", "is for https://, and the endpoints say http://", "write https:// there");
    }
  }
}
