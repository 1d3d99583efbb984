package dev.deployclaw.executors.etcd;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.nio.file.Path;
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
    List<String> endpoints, String prefix, Duration timeout, Optional<Login> login, Tls tls) {

  public EtcdSettings {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty()) {
      throw new IllegalArgumentException("etcd has no endpoint");
    }
    if (!prefix.endsWith("/")) {
      throw new IllegalArgumentException("the etcd prefix doesn't end with a slash: " + prefix);
    }
  }

  /** Trusting what the JRE trusts. */
  public EtcdSettings(
      List<String> endpoints, String prefix, Duration timeout, Optional<Login> login) {
    this(endpoints, prefix, timeout, login, Tls.JDK);
  }

  public static EtcdSettings of(String endpoint, String prefix) {
    return new EtcdSettings(
        List.of(endpoint), prefix, Duration.ofSeconds(5), Optional.empty(), Tls.JDK);
  }

  List<URI> uris() {
    return endpoints.stream().map(URI::create).toList();
  }

  /** The context of a connection; empty for {@code http://}. */
  Optional<SslContext> context() throws SSLException {
    return endpoints.getFirst().startsWith("https://")
        ? Optional.of(tls.context())
        : Optional.empty();
  }

  /**
   * PEM files.
   *
   * @param authority that signed etcd's certificate; without it, those that the JRE trusts
   * @param identity that is shown to etcd
   */
  public record Tls(Optional<Path> authority, Optional<Identity> identity) {
    /** What the JRE trusts, and no certificate of our own. */
    public static final Tls JDK = new Tls(Optional.empty(), Optional.empty());

    private SslContext context() throws SSLException {
      var context = GrpcSslContexts.forClient();
      try {
        authority.ifPresent(file -> context.trustManager(file.toFile()));
        identity.ifPresent(i -> context.keyManager(i.certificate().toFile(), i.key().toFile()));
      } catch (IllegalArgumentException e) {
        throw new SSLException(String.valueOf(e.getMessage()), e);
      }
      return context.build();
    }
  }

  /** A client's certificate and its key (PKCS #8). */
  public record Identity(Path certificate, Path key) {}

  /** A user of etcd. The password is never printed. */
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return "Login[user=" + user + ", password=***]";
    }
  }
}
