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
 * @param conversation what was said before it; {@link Conversation#NONE} for most
 */
public record TaskRequest(
    String text,
    String requester,
    Instant received,
    boolean manual,
    Optional<String> execution,
    Conversation conversation) {

  /** One that begins at once. */
  public TaskRequest(String text, String requester, Instant received) {
    this(text, requester, received, false, Optional.empty());
  }

  /** One that answers nothing. */
  public TaskRequest(
      String text, String requester, Instant received, boolean manual, Optional<String> execution) {
    this(text, requester, received, manual, execution, Conversation.NONE);
  }

  /** The same after what was said before it. */
  public TaskRequest after(Conversation before) {
    return new TaskRequest(text, requester, received, manual, execution, before);
  }

  /** The same in other words. */
  public TaskRequest saying(String words) {
    return new TaskRequest(words, requester, received, manual, execution, conversation);
  }
}
