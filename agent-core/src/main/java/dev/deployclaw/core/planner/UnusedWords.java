package dev.deployclaw.core.planner;

import dev.deployclaw.core.task.Intent.Grounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a request says and an intent makes no use of: values, names, words that no rule knows, and
 * words by which English says when, unless, except or only. Who confirms the intent is shown them.
 * It is told what is left out, not what that means. Pure.
 */
final class UnusedWords {
  static final int MOST_PHRASES = 8;
  private static final int LONGEST_PHRASE = 80;
  private static final Set<String> QUALIFIERS = Lexicon.list("qualifiers.txt");
  private static final Set<String> BREAKS = Set.of(".", ",", ";", ":", "!", "?", "(", ")");

  private final String text;
  private final List<Grounding> used;
  private final List<String> phrases = new ArrayList<>();

  private UnusedWords(String text, List<Grounding> used) {
    this.text = text;
    this.used = used;
  }

  /**
   * Phrases of the request in order, as typed; at most {@link #MOST_PHRASES}.
   *
   * @param used where the values of the intent stand in it
   */
  static List<String> of(String text, Inventory inventory, List<Grounding> used) {
    var names = new KnownNames(inventory);
    var items = Words.resolve(text, names, Tokens.of(text, names)).items();
    return new UnusedWords(text, used).phrases(items);
  }

  private List<String> phrases(List<Item> items) {
    var run = new ArrayList<Item>();
    for (var item : items) {
      if (is(item, BREAKS::contains) || isUsed(item)) {
        end(run);
      } else {
        run.add(item);
      }
    }
    end(run);
    return phrases.stream().limit(MOST_PHRASES).toList();
  }

  private boolean isUsed(Item item) {
    return used.stream().anyMatch(g -> g.from() < item.to() && item.from() < g.to());
  }

  /** Words that only say what is done, or nothing, are no loss. */
  private void end(List<Item> run) {
    if (run.stream().anyMatch(UnusedWords::matters)) {
      String phrase = text.substring(run.getFirst().from(), run.getLast().to());
      phrases.add(
          phrase.length() <= LONGEST_PHRASE ? phrase : phrase.substring(0, LONGEST_PHRASE) + "…");
    }
    run.clear();
  }

  private static boolean matters(Item item) {
    boolean plain = item.meaning() instanceof Meaning.Word;
    return !plain || is(item, QUALIFIERS::contains);
  }

  private static boolean is(Item item, Predicate<String> word) {
    return item.meaning() instanceof Meaning.Word(String text) && word.test(text);
  }
}
