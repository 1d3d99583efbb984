package dev.deployclaw.executors.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where etcd is, and which part of it is ours.
 *
 * @param endpoints for example {@code http://127.0.0.1:2379}; at least one
 * @param prefix of every key, for example {@code /deployclaw/default/}; ends with a slash
 * @param timeout of every single call
 * @param login when etcd's authentication is on
 */
public record EtcdSettings(
    List<String> endpoints, String prefix, Duration timeout, Optional<Login> login) {

  public EtcdSettings {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("etcd has no endpoint");
    }
    if (!prefix.endsWith("/")) {
      throw new IllegalArgumentException("the etcd prefix doesn't end with a slash: " + prefix);
    }
  }

  public static EtcdSettings of(String endpoint, String prefix) {
    return new EtcdSettings(List.of(endpoint), prefix, Duration.ofSeconds(5), Optional.empty());
  }

  List<URI> uris() {
    return endpoints.stream().map(URI::create).toList();
  }

  /** A user of etcd. The password is never printed. */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return "Login[user=" + user + ", password=***]";
    }
  }
}
