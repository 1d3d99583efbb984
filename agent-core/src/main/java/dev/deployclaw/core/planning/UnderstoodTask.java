package dev.deployclaw.core.planning;

import dev.deployclaw.core.language.conversation.ConversationReading;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.TaskRequest;

/**
 * A request in its conversation, planned.
 *
 * @param request the whole; as typed where nothing was said before it
 * @param next the conversation with this turn, for an answer
 */
public record UnderstoodTask(TaskRequest request, Conversation next, PlanningResult result) {

  /** The last questions are open: the sources may ask where the words don't. */
  static UnderstoodTask of(ConversationReading reading, PlanningResult result) {
    var next = reading.next();
    if (!(result instanceof PlanningResult.Over(var _, var questions))) {
      return new UnderstoodTask(reading.request(), next, result);
    }
    var asked =
        next.offers().isEmpty() && next.begun()
            ? next.offering(questions.stream().map(ConversationReading::offer).toList())
            : next;
    return new UnderstoodTask(
        reading.request(), questions.isEmpty() ? Conversation.NONE : asked, result);
  }
}
