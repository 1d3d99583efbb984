package dev.deployclaw.executors.etcd;

import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.policy.wire.ServerLogin;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Where etcd is, and which part of it is ours.
 *
 * @param endpoints for example {@code http://127.0.0.1:2379}; at least one, all of one scheme
 * @param prefix of every key, for example {@code /deployclaw/default/}; ends with a slash
 * @param timeout of every single call; the first has ten seconds more
 * @param login when etcd's authentication is on
 * @param tls for {@code https://}
 */
public record EtcdSettings(
    List<String> endpoints,
    String prefix,
    Duration timeout,
    Optional<ServerLogin> login,
    TlsSettings tls) {

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
    return new EtcdSettings(
        List.of(endpoint), prefix, Duration.ofSeconds(5), Optional.empty(), TlsSettings.DEFAULT);
  }

  List<URI> uris() {
    return endpoints.stream().map(URI::create).toList();
  }

  /** The context of a connection; empty for {@code http://}. */
  Optional<SslContext> context() throws SSLException {
    return endpoints.getFirst().startsWith("https://")
        ? Optional.of(encrypted())
        : Optional.empty();
  }

  /** The name in etcd's certificate is checked by gRPC. */
  private SslContext encrypted() throws SSLException {
    var context = GrpcSslContexts.forClient().trustManager(tls.trust());
    tls.keys().ifPresent(context::keyManager);
    return context.build();
  }
}
