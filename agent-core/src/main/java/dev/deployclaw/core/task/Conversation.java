package dev.deployclaw.core.task;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a requester said before a request, and of ours only what was offered as an answer.
 *
 * @param execution the one that asked, or that understood the request so far; empty where none was
 *     begun
 * @param turns of the requester, the oldest first
 * @param pieces the request so far, in words of these turns
 * @param offers the questions that are open, the best first; empty where it was understood
 */
public record Conversation(
    String execution, List<Turn> turns, List<Piece> pieces, List<Offer> offers) {
  public static final Conversation NONE = answering("");

  public Conversation {
    turns = List.copyOf(turns);
    pieces = List.copyOf(pieces);
    offers = List.copyOf(offers);
  }

  /** The one that an execution ended with, which is still to be fetched. */
  public static Conversation answering(String execution) {
    return new Conversation(execution, List.of(), List.of(), List.of());
  }

  /** What was typed, and when, in milliseconds since 1970. */
  public record Turn(String text, long atMillis) {
    public Instant at() {
      return Instant.ofEpochMilli(atMillis);
    }
  }

  /**
   * A part of the request so far.
   *
   * @param turn that it comes from, from 1
   */
  public record Piece(String text, int turn) {}

  /**
   * A question, and what it offers.
   *
   * @param id the same for the same kind of question
   * @param slot what is missing
   * @param choices answers of which one is right; empty where any may be
   * @param suggestion a whole request
   */
  public record Offer(
      String id, String question, String slot, List<String> choices, Optional<String> suggestion) {
    public Offer {
      choices = List.copyOf(choices);
    }
  }

  /** The same where these questions are open. */
  public Conversation offering(List<Offer> open) {
    return new Conversation(execution, turns, pieces, open);
  }

  /** Whether something was said before. */
  public boolean begun() {
    return !turns.isEmpty();
  }

  /** Whether it names an execution and holds nothing of it yet. */
  public boolean sought() {
    return !execution.isEmpty() && !begun();
  }
}
