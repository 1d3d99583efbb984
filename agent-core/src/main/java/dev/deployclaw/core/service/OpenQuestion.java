package dev.deployclaw.core.service;

import dev.deployclaw.core.task.Conversation.Offer;
import java.util.List;

/** The question that an execution left for its requester. */
public sealed interface OpenQuestion {
  /**
   * It waits for an answer.
   *
   * @param offers the best one first
   */
  record Waiting(List<Offer> offers) implements OpenQuestion {
    public Waiting {
      offers = List.copyOf(offers);
    }
  }

  /** An answer of this person isn't taken. */
  record Closed(Flaw flaw, String reason) implements OpenQuestion {}

  /** Why an answer isn't taken. */
  enum Flaw {
    /** There is no such execution, or it asked nothing. */
    NO_QUESTION,
    /** The question was for another requester. */
    NOT_ALLOWED,
    /** It was answered, or is too old. */
    CLOSED
  }
}
