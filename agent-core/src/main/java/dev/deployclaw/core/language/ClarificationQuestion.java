package dev.deployclaw.core.language;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked back.
 *
 * @param id the same for the same kind of question, for programs
 * @param text the question, and how to answer it
 * @param slot what is missing: {@code who}, {@code where}, {@code what}, {@code window}, {@code
 *     time}, {@code operation}, {@code guard}, {@code words}
 * @param choices answers of which one is right; empty where any may be
 * @param suggestion a whole request that is understood as it stands
 * @param place where in the request the words are that it asks about, where there are such words
 */
public record ClarificationQuestion(
    String id,
    String text,
    String slot,
    List<String> choices,
    Optional<String> suggestion,
    Optional<Place> place) {
  /** From one character of a request to before another. */
  public record Place(int from, int to) {}

  public ClarificationQuestion {
    choices = List.copyOf(choices);
  }

  /** One of a text alone. */
  public static ClarificationQuestion plain(String text) {
    return of("unclear", "words", text);
  }

  public static ClarificationQuestion of(String id, String slot, String text) {
    return new ClarificationQuestion(id, text, slot, List.of(), Optional.empty(), Optional.empty());
  }

  public ClarificationQuestion choosing(List<String> answers) {
    return new ClarificationQuestion(id, text, slot, answers, suggestion, place);
  }

  public ClarificationQuestion suggesting(Optional<String> request) {
    return new ClarificationQuestion(id, text, slot, choices, request, place);
  }

  /** The same, and how else it may be answered. */
  public ClarificationQuestion adding(String sentence) {
    return new ClarificationQuestion(id, text + " " + sentence, slot, choices, suggestion, place);
  }

  /** The same about these words. */
  public ClarificationQuestion at(int from, int to) {
    return new ClarificationQuestion(
        id, text, slot, choices, suggestion, Optional.of(new Place(from, to)));
  }

  /** For documents. */
  public Map<String, Object> toMap() {
    var out = new LinkedHashMap<String, Object>();
    out.put("id", id);
    out.put("text", text);
    out.put("slot", slot);
    out.put("choices", choices);
    suggestion.ifPresent(s -> out.put("suggestion", s));
    return out;
  }
}
