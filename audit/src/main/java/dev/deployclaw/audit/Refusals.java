package dev.deployclaw.audit;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;

/**
 * Keeps what a server last refused on a connection: who waits for an answer learns only that none
 * came. Any thread.
 */
final class Refusals implements ErrorListener {
  private static final int LONGEST = 200;
  private static final String FORBIDDEN = "Permissions Violation";

  private volatile String last = "";

  @Override
  public void errorOccurred(Connection connection, String error) {
    last = error.length() <= LONGEST ? error : error.substring(0, LONGEST);
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
