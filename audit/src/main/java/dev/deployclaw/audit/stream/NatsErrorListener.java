package dev.deployclaw.audit.stream;

import dev.deployclaw.audit.record.StreamRecord;
import dev.deployclaw.core.tls.TlsFailure;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what a server last refused on a connection: who waits for an answer learns only that none
 * came. Any thread.
 */
final class NatsErrorListener implements ErrorListener {
  private static final int LONGEST = 200;
  private static final String FORBIDDEN = "Permissions Violation";

  /** What to do about what the client says of TLS. */
  private static final Map<String, String> REMEDIES =
      Map.of(
          "SSL required by server",
          "it accepts only TLS: write tls:// in nats.url, and set nats.tls",
          "SSL connection wanted by client",
          "it speaks no TLS: turn it on there, or write nats:// in nats.url");

  static final String BY_CERTIFICATE =
      "; if it requires a client certificate, set tls.certificate and tls.key, signed "
          + "by an authority that it trusts";

  private volatile String last = "";
  private volatile String unreached = "";

  @Override
  public void errorOccurred(Connection connection, String error) {
    last = error.length() <= LONGEST ? error : error.substring(0, LONGEST);
  }

  @Override
  public void exceptionOccurred(Connection connection, Exception error) {
    unreached = why(error);
  }

  /** Why no connection came about, as far as that is known; else empty. */
  Optional<String> unreached() {
    return Optional.of(unreached).filter(why -> !why.isEmpty());
  }

  /**
   * A server that misses our certificate says so only after the handshake, if it says so at all.
   */
  private static String why(Exception error) {
    String said = String.valueOf(error.getMessage());
    var known =
        REMEDIES.entrySet().stream()
            .filter(e -> said.contains(e.getKey()))
            .map(Map.Entry::getValue);
    return TlsFailure.of(error)
        .map(TlsFailure::reason)
        .or(known::findFirst)
        .orElse(error + BY_CERTIFICATE);
  }

  /** Behind a reason for which it may be to blame; empty where nothing was refused. */
  String suffix() {
    String said = last;
    if (said.isEmpty()) {
      return "";
    }
    return said.contains(FORBIDDEN)
        ? "; the server says: %s: let the agent's user publish to %s and $JS.API.>, and subscribe to _INBOX.>"
            .formatted(said, StreamRecord.SUBJECTS)
        : "; the server says: " + said;
  }
}
