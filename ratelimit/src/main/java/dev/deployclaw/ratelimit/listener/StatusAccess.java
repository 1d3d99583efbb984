package dev.deployclaw.ratelimit.listener;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Who may read status and usage.
 *
 * @param listener of its own; empty for the one of decisions
 * @param token that has to be shown; empty for none
 */
public record StatusAccess(Optional<Listener> listener, Optional<Token> token) {
  public static final StatusAccess OPEN = new StatusAccess(Optional.empty(), Optional.empty());

  /**
   * @param port 0 for any free one
   */
  public record Listener(String host, int port, Optional<ServerTls> tls) {
    /** Whether a client shows a certificate. */
    public boolean asksForCertificates() {
      return tls.flatMap(ServerTls::clients).isPresent();
    }
  }

  /**
   * PEM files.
   *
   * @param key PKCS #8
   * @param clients who signs the certificates that clients have to show; empty for none
   */
  public record ServerTls(Path certificate, Path key, Optional<Path> clients) {}

  /** A bearer token. It is never printed. */
  public record Token(String text) {
    /** Whether an {@code Authorization} header shows it; takes as long whatever it shows. */
    boolean isIn(String authorization) {
      return MessageDigest.isEqual(bytes("Bearer " + text), bytes(authorization));
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return "Token[***]";
    }
  }

  /** Whether a request with this {@code Authorization} header may read; empty for no header. */
  public boolean admits(String authorization) {
    return token.isEmpty() || token.get().isIn(authorization);
  }
}
