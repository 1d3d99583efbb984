package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Serve;
import dev.deployclaw.container.config.TokensFile.Token;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/** Who is known, by which token or certificate. Tokens may be exchanged while it is used. */
final class Credentials {
  private final List<Serve.Client> clients;
  private volatile List<Token> tokens;

  Credentials(List<Token> tokens, List<Serve.Client> clients) {
    this.tokens = List.copyOf(tokens);
    this.clients = List.copyOf(clients);
  }

  void replace(List<Token> newer) {
    tokens = List.copyOf(newer);
  }

  /** Takes as long for a wrong token as for a right one: every hash is compared to its end. */
  Optional<Caller> byToken(String token) {
    byte[] shown = sha256(token);
    Optional<Caller> found = Optional.empty();
    for (var known : tokens) {
      boolean same = MessageDigest.isEqual(shown, HexFormat.of().parseHex(known.sha256()));
      if (same) {
        found = Optional.of(new Caller(known.name(), known.roles()));
      }
    }
    return found;
  }

  /** By the subject of a certificate that the client's authority signed. */
  Optional<Caller> bySubject(X500Principal subject) {
    return clients.stream()
        .filter(c -> new X500Principal(c.subject()).equals(subject))
        .map(c -> new Caller(c.name(), c.roles()))
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
