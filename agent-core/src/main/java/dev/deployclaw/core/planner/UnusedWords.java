package dev.deployclaw.core.planner;

import dev.deployclaw.core.task.Intent.Grounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a request says and an intent makes no use of, word by word. Who confirms the intent is shown
 * it. Only runs of words that carry nothing by themselves are left out, such as "please set the".
 * It is told what is left, not what that means. Pure.
 */
final class UnusedWords {
  /** The most phrases that are told; how many words are behind them is told, too. */
  static final int MOST_PHRASES = 12;

  private static final int LONGEST_PHRASE = 80;
  private static final Set<String> PLAIN = Lexicon.list("plain-words.txt");
  private static final Set<String> BREAKS = Set.of(".", ",", ";", ":", "!", "?", "(", ")");

  private final String text;
  private final List<Grounding> used;
  private final List<String> phrases = new ArrayList<>();

  private UnusedWords(String text, List<Grounding> used) {
    this.text = text;
    this.used = used;
  }

  /**
   * Phrases of the request in order, as typed.
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
      boolean breaks = item.meaning() instanceof Meaning.Word(String word) && BREAKS.contains(word);
      if (breaks || isUsed(item)) {
        end(run);
      } else if (!run.isEmpty() && item.to() - run.getFirst().from() > LONGEST_PHRASE) {
        end(run);
        run.add(item);
      } else {
        run.add(item);
      }
    }
    end(run);
    return phrases.size() <= MOST_PHRASES ? phrases : some();
  }

  private List<String> some() {
    var some = new ArrayList<>(phrases.subList(0, MOST_PHRASES));
    some.add("… and " + (phrases.size() - MOST_PHRASES) + " phrases more");
    return some;
  }

  private boolean isUsed(Item item) {
    return used.stream().anyMatch(g -> g.from() < item.to() && item.from() < g.to());
  }

  private void end(List<Item> run) {
    if (!run.stream().allMatch(UnusedWords::isPlain)) {
      phrases.add(text.substring(run.getFirst().from(), run.getLast().to()));
    }
    run.clear();
  }

  private static boolean isPlain(Item item) {
    return item.meaning() instanceof Meaning.Word(String word) && PLAIN.contains(word);
  }
}
