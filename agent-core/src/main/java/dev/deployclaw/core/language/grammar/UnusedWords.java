package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Words in a row that belong to no slot, as typed.
 *
 * @param binding those that bind an order: a time, a condition, an exception, a doubt
 * @param plain all others
 */
public record UnusedWords(List<String> binding, List<String> plain) {
  /** The most phrases that are told; how many more there are is told, too. */
  static final int MOST_PHRASES = 12;

  private static final int LONGEST_PHRASE = 80;

  public UnusedWords {
    binding = List.copyOf(binding);
    plain = List.copyOf(plain);
  }

  /**
   * @param cued whether words that bind are found as cues: then none binds here
   */
  static UnusedWords of(String text, List<Token> tokens, boolean cued) {
    var binding = new ArrayList<String>();
    var plain = new ArrayList<String>();
    var run = new ArrayList<Token>();
    for (Token token : tokens) {
      boolean unused = ClauseReader.leftover(token);
      boolean courtesy = token.is(Kind.WORD) && !token.isMark() && !run.isEmpty();
      boolean fits = run.isEmpty() || token.to() - run.getFirst().from() <= LONGEST_PHRASE;
      if ((unused || courtesy) && fits) {
        run.add(token);
      } else {
        end(text, run, cued ? plain : binding, plain);
        run.addAll(unused ? List.of(token) : List.of());
      }
    }
    end(text, run, cued ? plain : binding, plain);
    return new UnusedWords(some(binding), some(plain));
  }

  UnusedWords and(List<String> told) {
    return new UnusedWords(binding, Stream.concat(plain.stream(), told.stream()).toList());
  }

  private static void end(String text, List<Token> run, List<String> binding, List<String> plain) {
    if (!run.isEmpty()) {
      boolean binds = run.stream().filter(ClauseReader::leftover).anyMatch(UnusedWords::binds);
      (binds ? binding : plain).add(text.substring(run.getFirst().from(), run.getLast().to()));
      run.clear();
    }
  }

  private static boolean binds(Token token) {
    boolean word = token.is(Kind.WORD) || token.is(Kind.UNKNOWN);
    return !word || OrderEvidence.directs(token);
  }

  private static List<String> some(List<String> phrases) {
    if (phrases.size() <= MOST_PHRASES) {
      return phrases;
    }
    var some = new ArrayList<>(phrases.subList(0, MOST_PHRASES));
    some.add("… and " + (phrases.size() - MOST_PHRASES) + " phrases more");
    return some;
  }
}
