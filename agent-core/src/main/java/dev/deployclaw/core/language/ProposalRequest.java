package dev.deployclaw.core.language;

import dev.deployclaw.core.task.TaskRequest;
import java.time.ZoneId;
import java.util.List;

/**
 * All that a {@link IntentProposer} is told.
 *
 * @param turns what was said before, oldest first; empty where nothing was
 * @param names of the estate, and figures of its limits
 * @param zone of times that name none
 */
public record ProposalRequest(
    TaskRequest request, List<Turn> turns, NameInventory names, ZoneId zone) {

  /**
   * One turn of the conversation.
   *
   * @param ours whether it is a question that was asked back
   */
  public record Turn(boolean ours, String text) {}

  public ProposalRequest {
    turns = List.copyOf(turns);
  }
}
