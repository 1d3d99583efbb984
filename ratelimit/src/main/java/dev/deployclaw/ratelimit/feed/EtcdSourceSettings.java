package dev.deployclaw.ratelimit.feed;

import dev.deployclaw.policy.wire.ServerLogin;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Where etcd is, and as whom it is read. A user that may read the prefix is enough.
 *
 * @param endpoints all {@code http://} or all {@code https://}; at least one
 * @param prefix of the domain's keys; ends with a slash
 * @param login when etcd's authentication is on
 * @param tls for {@code https://}
 */
public record EtcdSourceSettings(
    List<String> endpoints, String prefix, Optional<ServerLogin> login, Tls tls) {
  private static final int MOST_ANSWER_BYTES = 8 << 20;

  public EtcdSourceSettings {
    endpoints = List.copyOf(endpoints);
  }

  /** Without user and encryption. */
  public static EtcdSourceSettings plain(String endpoint, String prefix) {
    return new EtcdSourceSettings(List.of(endpoint), prefix, Optional.empty(), Tls.JDK);
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
  }

  /** A client's certificate and its key (PKCS #8). */
  public record Identity(Path certificate, Path key) {}

  boolean encrypted() {
    return endpoints.getFirst().startsWith("https://");
  }

  /**
   * A new client.
   *
   * @throws SSLException when a file of {@code tls} can't be used
   */
  Client open(Duration timeout) throws SSLException {
    ClientBuilder builder =
        Client.builder()
            .endpoints(endpoints.toArray(String[]::new))
            .waitForReady(false)
            .connectTimeout(timeout)
            .retryMaxAttempts(1)
            .maxInboundMessageSize(MOST_ANSWER_BYTES);
    login.ifPresent(l -> builder.user(bytes(l.user())).password(bytes(l.password())));
    if (encrypted()) {
      builder.sslContext(context());
    }
    return builder.build();
  }

  private SslContext context() throws SSLException {
    var context = GrpcSslContexts.forClient();
    try {
      tls.authority().ifPresent(file -> context.trustManager(file.toFile()));
      tls.identity().ifPresent(i -> context.keyManager(i.certificate().toFile(), i.key().toFile()));
    } catch (IllegalArgumentException e) {
      throw new SSLException(String.valueOf(e.getMessage()), e);
    }
    return context.build();
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
