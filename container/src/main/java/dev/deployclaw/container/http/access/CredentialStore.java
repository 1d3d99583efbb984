package dev.deployclaw.container.http.access;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.reader.BearerTokenFile.Token;
import dev.deployclaw.container.http.exchange.ApiCaller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/** Who is known, by which token or certificate. Tokens may be exchanged while it is used. */
public final class CredentialStore {
  private final List<ServerConfig.Client> clients;
  private volatile List<Token> tokens;

  public CredentialStore(List<Token> tokens, List<ServerConfig.Client> clients) {
    this.tokens = List.copyOf(tokens);
    this.clients = List.copyOf(clients);
  }

  void replace(List<Token> newer) {
    tokens = List.copyOf(newer);
  }

  /** Takes as long for a wrong token as for a right one: every hash is compared to its end. */
  public Optional<ApiCaller> byToken(String token) {
    byte[] shown = sha256(token);
    Optional<ApiCaller> found = Optional.empty();
    for (var known : tokens) {
      boolean same = MessageDigest.isEqual(shown, HexFormat.of().parseHex(known.sha256()));
      if (same) {
        found = Optional.of(new ApiCaller(known.name(), known.roles()));
      }
    }
    return found;
  }

  /** By the hash of a token that was shown before. */
  public Optional<ApiCaller> byHash(String sha256) {
    return tokens.stream()
        .filter(known -> known.sha256().equals(sha256))
        .map(known -> new ApiCaller(known.name(), known.roles()))
        .findFirst();
  }

  /** By the subject of a certificate that the client's authority signed. */
  Optional<ApiCaller> bySubject(X500Principal subject) {
    return clients.stream()
        .filter(c -> new X500Principal(c.subject()).equals(subject))
        .map(c -> new ApiCaller(c.name(), c.roles()))
        .findFirst();
  }

  private static byte[] sha256(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
