package dev.deployclaw.core.language;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a {@link IntentProposer} said, and what it cost. */
public record IntentProposal(Answer answer, Cost cost) {

  /** What it said. */
  public sealed interface Answer {
    /**
     * An intent, unchecked.
     *
     * @param intent JSON-like maps; a time is a map of {@code instant} and its words, under {@code
     *     quote}
     * @param quotes the words of the request that its values were read from
     * @param unused the words that it made no use of
     */
    record Intended(Map<String, Object> intent, List<String> quotes, List<String> unused)
        implements Answer {
      public Intended {
        intent = Map.copyOf(intent);
        quotes = List.copyOf(quotes);
        unused = List.copyOf(unused);
      }
    }

    /**
     * It takes the request for a question about the estate.
     *
     * @param tool the topic's word
     * @param arguments by name, unchecked; JSON-like
     */
    record Queried(String tool, Map<String, Object> arguments) implements Answer {
      public Queried {
        arguments = Map.copyOf(arguments);
      }
    }

    /** It would ask first. */
    record Asked(List<String> questions) implements Answer {
      public Asked {
        questions = List.copyOf(questions);
      }
    }

    /** It would refuse. */
    record Declined(String reason) implements Answer {}

    /** It said nothing of use: it is down, slow, cut off, or talks nonsense. */
    record Silent(String reason) implements Answer {}
  }

  /**
   * What is logged of the conversation.
   *
   * @param model its name, as configured
   * @param calls how often it was asked
   * @param inputTokens as the provider counts; 0 where it doesn't say
   * @param prompts SHA-256 of each prompt: what was said isn't logged
   */
  public record Cost(
      String model, int calls, long inputTokens, long outputTokens, List<String> prompts) {
    public Cost {
      prompts = List.copyOf(prompts);
    }

    /** For records and documents. */
    public Map<String, Object> facts() {
      var out = new TreeMap<String, Object>();
      out.put("model", model);
      out.put("calls", calls);
      out.put("input_tokens", inputTokens);
      out.put("output_tokens", outputTokens);
      out.put("prompts_sha256", prompts);
      return out;
    }
  }
}
