package dev.deployclaw.core.planning;

import dev.deployclaw.core.language.conversation.ConversationReading;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.TaskRequest;

/**
 * What became of a request in its conversation before anything is done.
 *
 * @param request the whole; what was typed where it stands alone
 * @param next what an answer goes on with, or what says "the same"
 */
public record UnderstoodTask(TaskRequest request, Conversation next, PlanningResult result) {

  /** Open is what is asked at last: the sources may ask where the words don't. */
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
