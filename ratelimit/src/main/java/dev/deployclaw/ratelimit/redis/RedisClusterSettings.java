package dev.deployclaw.ratelimit.redis;

import dev.deployclaw.policy.wire.ServerLogin;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where Redis is, and as whom it is asked.
 *
 * @param nodes to ask first; at least one of them should be up
 * @param timeout bounds each call to one node, and all that a decision waits for Redis
 * @param login when Redis asks for one
 * @param tls empty for plain text
 */
public record RedisClusterSettings(
    List<RedisAddress> nodes, Duration timeout, Optional<ServerLogin> login, Optional<Tls> tls) {
  public RedisClusterSettings {
    nodes = List.copyOf(nodes);
  }

  /**
   * PEM files. A node's certificate has to name the host or the address at which it is reached, as
   * {@code CLUSTER SLOTS} tells it.
   *
   * @param authority that signed the nodes' certificates; without it, those that the JRE trusts
   * @param identity that is shown to them
   */
  public record Tls(Optional<Path> authority, Optional<Identity> identity) {
    void on(NetClientOptions options) {
      options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
      authority.ifPresent(
          file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
      identity.ifPresent(i ->
          options.setKeyCertOptions(
              new PemKeyCertOptions()
                  .setCertPath(i.certificate().toString())
                  .setKeyPath(i.key().toString())));
    }
  }

  /** A client's certificate and its key (PKCS #8). */
  public record Identity(Path certificate, Path key) {}
}
