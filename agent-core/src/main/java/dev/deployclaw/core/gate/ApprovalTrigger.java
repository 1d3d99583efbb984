package dev.deployclaw.core.gate;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.deployclaw.core.store.UnreadableRecordException;
import java.util.Arrays;
import java.util.Locale;

/**
 * What asks, beside the rules of the gate, that a plan waits for an approval. Immutable; any
 * thread.
 *
 * @param why for people, and for the record of the hold
 */
public record ApprovalTrigger(Source source, String why) {
  /** Who or what asks. */
  public enum Source {
    /** The request's words, or the caller who handed it in. */
    REQUEST("request-asks"),
    /** The rules had to ask; a language model alone gave the request its meaning. */
    MODEL_READING("model-reading"),
    /** The rules understood the request, and a language model doubts it. */
    MODEL_DOUBT("model-doubt");

    private final String rule;

    Source(String rule) {
      this.rule = rule;
    }

    /** The name of the gate's rule that holds because of it. */
    public String rule() {
      return rule;
    }

    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Source ofWord(String word) {
      return Arrays.stream(values())
          .filter(s -> s.word().equals(word))
          .findFirst()
          .orElseThrow(
              () -> new UnreadableRecordException("no source of an approval demand: " + word));
    }
  }

  /** One that the request's words, or its caller, state. */
  public static ApprovalTrigger byRequest() {
    return new ApprovalTrigger(Source.REQUEST, "the request asks for an approval");
  }
}
