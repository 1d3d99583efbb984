package dev.deployclaw.core.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request as a row of items, written as one line of words so that grammar rules are regular
 * expressions over it. A rule takes items out, or puts one in place of several. Immutable.
 */
final class Phrase {
  /** A plain word, for gaps in rules. */
  static final String WORD = "[a-z0-9']+";

  private final List<Item> items;
  private final String line;
  private final int[] starts;

  Phrase(List<Item> items) {
    this.items = List.copyOf(items);
    this.starts = new int[items.size() + 1];
    var out = new StringBuilder(" ");
    for (int i = 0; i < items.size(); i++) {
      starts[i] = out.length();
      out.append(items.get(i).meaning().shape()).append(' ');
    }
    starts[items.size()] = out.length();
    this.line = out.toString();
  }

  /** A rule: items are parted by one blank; it matches whole items only. */
  static Pattern rule(String regex) {
    return Pattern.compile("(?<= )(?:" + regex + ")(?= )");
  }

  /** Where a rule matched. */
  record Hit(List<Item> items, int from, int to) {
    <M extends Meaning> Item first(Class<M> kind) {
      return find(kind).orElseThrow();
    }

    <M extends Meaning> Optional<Item> find(Class<M> kind) {
      return items.stream().filter(i -> kind.isInstance(i.meaning())).findFirst();
    }

    <M extends Meaning> List<Item> all(Class<M> kind) {
      return items.stream().filter(i -> kind.isInstance(i.meaning())).toList();
    }

    /** The span in the request, for grounding. */
    Item joined(Meaning meaning, String rule) {
      return Item.join(meaning, rule, items);
    }
  }

  List<Item> items() {
    return items;
  }

  String line() {
    return line;
  }

  /** The words as typed, known or not. */
  Phrase spoken() {
    return new Phrase(
        items.stream()
            .map(item ->
                item.meaning() instanceof Meaning.Unknown(String text, List<String> _)
                    ? Item.word(text, item.from(), item.to())
                    : item)
            .toList());
  }

  boolean has(Pattern rule) {
    return rule.matcher(line).find();
  }

  <M extends Meaning> boolean has(Class<M> kind) {
    return items.stream().anyMatch(i -> kind.isInstance(i.meaning()));
  }

  <M extends Meaning> List<Item> all(Class<M> kind) {
    return items.stream().filter(i -> kind.isInstance(i.meaning())).toList();
  }

  Optional<Hit> find(Pattern rule) {
    return find(rule, 0);
  }

  Phrase without(Hit hit) {
    return replace(hit, List.of());
  }

  Phrase replace(Hit hit, List<Item> with) {
    var out = new ArrayList<>(items.subList(0, hit.from));
    out.addAll(with);
    out.addAll(items.subList(hit.to, items.size()));
    return new Phrase(out);
  }

  /** Takes out everything that a rule matches, however often. */
  Phrase without(Pattern rule) {
    var phrase = this;
    for (var hit = phrase.find(rule); hit.isPresent(); hit = phrase.find(rule)) {
      phrase = phrase.without(hit.get());
    }
    return phrase;
  }

  /** Puts one item in place of each match, from left to right; an empty answer leaves it. */
  Phrase rewrite(Pattern rule, Function<Hit, Optional<Item>> meaning) {
    var phrase = this;
    int at = 0;
    for (var hit = phrase.find(rule, at); hit.isPresent(); hit = phrase.find(rule, at)) {
      var item = meaning.apply(hit.get());
      if (item.isPresent()) {
        phrase = phrase.replace(hit.get(), List.of(item.get()));
      }
      at = hit.get().from() + 1;
    }
    return phrase;
  }

  /** Gives the last item of a match another meaning; the others stay. */
  Phrase rewriteLast(Pattern rule, Function<Item, Meaning> meaning) {
    var hit = find(rule);
    if (hit.isEmpty()) {
      return this;
    }
    var out = new ArrayList<>(hit.get().items());
    var last = out.removeLast();
    out.add(Item.join(meaning.apply(last), last.rule(), List.of(last)));
    return replace(hit.get(), out);
  }

  private Optional<Hit> find(Pattern rule, int fromItem) {
    if (fromItem >= items.size()) {
      return Optional.empty();
    }
    Matcher matcher = rule.matcher(line);
    if (!matcher.find(starts[fromItem]) || matcher.start() == matcher.end()) {
      return Optional.empty();
    }
    int from = index(matcher.start());
    int to = index(matcher.end() + 1);
    return Optional.of(new Hit(items.subList(from, to), from, to));
  }

  private int index(int offset) {
    int found = Arrays.binarySearch(starts, offset);
    if (found < 0) {
      throw new IllegalStateException("a rule cut an item in two at " + offset);
    }
    return found;
  }
}
