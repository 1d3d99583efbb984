package dev.deployclaw.executors.redis.cluster;

import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.policy.wire.ServerLogin;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the cluster is.
 *
 * @param seeds {@code host:port} of any of its nodes; the others are found by asking
 * @param timeout of a connect, and of a wait for one answer
 * @param login when the server asks for one
 * @param tls of every connection; empty where none is encrypted
 */
public record RedisSettings(
    List<String> seeds, Duration timeout, Optional<ServerLogin> login, Optional<TlsSettings> tls) {
  public RedisSettings {
    seeds = List.copyOf(seeds);
    if (seeds.isEmpty()) {
      throw new IllegalArgumentException("redis has no seed node");
    }
    seeds.forEach(NodeAddress::parse);
  }

  public static RedisSettings of(List<String> seeds) {
    return new RedisSettings(seeds, Duration.ofSeconds(5), Optional.empty(), Optional.empty());
  }
}
