package dev.deployclaw.core.task;

import java.time.Instant;
import java.util.Optional;

/**
 * What someone asked.
 *
 * @param text the request in plain language, as typed
 * @param requester who asked: the operating system's user on the command line, the credential's
 *     name over HTTP
 * @param manual whether the change has to wait for an approval, whatever its text says
 * @param execution the id that was reserved for it; empty where it gets one when it begins
 */
public record TaskRequest(
    String text, String requester, Instant received, boolean manual, Optional<String> execution) {

  /** One that begins at once. */
  public TaskRequest(String text, String requester, Instant received) {
    this(text, requester, received, false, Optional.empty());
  }
}
