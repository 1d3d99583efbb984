package dev.deployclaw.core.planner;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads numbers in digits and words: 1,200; 5k; two hundred and fifty; half a million. Pure. */
final class Numbers {
  private static final Map<String, Integer> SMALL =
      Map.ofEntries(
          Map.entry("zero", 0),
          Map.entry("one", 1),
          Map.entry("two", 2),
          Map.entry("three", 3),
          Map.entry("four", 4),
          Map.entry("five", 5),
          Map.entry("six", 6),
          Map.entry("seven", 7),
          Map.entry("eight", 8),
          Map.entry("nine", 9),
          Map.entry("ten", 10),
          Map.entry("eleven", 11),
          Map.entry("twelve", 12),
          Map.entry("thirteen", 13),
          Map.entry("fourteen", 14),
          Map.entry("fifteen", 15),
          Map.entry("sixteen", 16),
          Map.entry("seventeen", 17),
          Map.entry("eighteen", 18),
          Map.entry("nineteen", 19),
          Map.entry("twenty", 20),
          Map.entry("thirty", 30),
          Map.entry("forty", 40),
          Map.entry("fifty", 50),
          Map.entry("sixty", 60),
          Map.entry("seventy", 70),
          Map.entry("eighty", 80),
          Map.entry("ninety", 90));

  private static final Map<String, Long> LARGE =
      Map.of(
          "dozen", 12L,
          "hundred", 100L,
          "k", 1_000L,
          "thousand", 1_000L,
          "mio", 1_000_000L,
          "million", 1_000_000L,
          "bn", 1_000_000_000L,
          "billion", 1_000_000_000L);

  private static final Map<String, BigDecimal> PART =
      Map.of("half", new BigDecimal("0.5"), "quarter", new BigDecimal("0.25"));
  private static final Set<String> REQUESTS =
      Set.of("requests", "request", "req", "reqs", "calls", "hits", "queries", "per", "a", "/");

  private static final Set<String> BEFORE_PRONOUN =
      Set.of("last", "latest", "previous", "this", "that", "which", "same", "old", "new", "every");

  private final List<Item> items;
  private int at;

  private Numbers(List<Item> items) {
    this.items = items;
  }

  static boolean isWord(String word) {
    return SMALL.containsKey(word) || LARGE.containsKey(word) || PART.containsKey(word);
  }

  static Phrase read(Phrase phrase) {
    var reader = new Numbers(phrase.items());
    var out = new ArrayList<Item>();
    while (reader.at < reader.items.size()) {
      out.add(reader.number().orElseGet(reader::take));
    }
    return new Phrase(out);
  }

  private Item take() {
    return items.get(at++);
  }

  /** A number that starts here; otherwise the position stays. */
  private Optional<Item> number() {
    int from = at;
    boolean negative = word(at).equals("minus") || word(at).equals("negative");
    if (negative) {
      at++;
    }
    var value = magnitude();
    if (value.isEmpty()) {
      at = from;
      return Optional.empty();
    }
    var signed = negative ? value.get().negate() : value.get();
    var parts = items.subList(from, at);
    boolean digits = parts.size() == 1 && parts.getFirst().meaning() instanceof Meaning.Num;
    return Optional.of(
        digits
            ? parts.getFirst()
            : Item.join(new Meaning.Num(signed.stripTrailingZeros()), "number", parts));
  }

  private Optional<BigDecimal> magnitude() {
    if (item(at) instanceof Meaning.Num(BigDecimal value)) {
      at++;
      return Optional.of(scaled(andAPart(value)));
    }
    if (PART.containsKey(word(at)) && partOfLarge()) {
      var part = part(word(at));
      at += word(at + 1).equals("a") ? 2 : 1;
      return Optional.of(scaled(part));
    }
    if (word(at).equals("a") && LARGE.containsKey(word(at + 1))) {
      at++;
      return Optional.of(sum());
    }
    return SMALL.containsKey(word(at)) && !pronoun() ? Optional.of(sum()) : Optional.empty();
  }

  /** "The last one" is no number. */
  private boolean pronoun() {
    return word(at).equals("one")
        && BEFORE_PRONOUN.contains(word(at - 1))
        && !(item(at + 1) instanceof Meaning.Unit);
  }

  private boolean partOfLarge() {
    int next = word(at + 1).equals("a") ? at + 2 : at + 1;
    return LARGE.containsKey(word(next));
  }

  /** "2 k", "1.5 million": each following magnitude multiplies. */
  private BigDecimal scaled(BigDecimal value) {
    var scaled = value;
    while (LARGE.containsKey(word(at)) || million(at)) {
      scaled = scaled.multiply(BigDecimal.valueOf(million(at) ? 1_000_000L : large(word(at))));
      at++;
    }
    return scaled;
  }

  /** "5m requests": a lone m is a million where a count of requests follows. */
  private boolean million(int i) {
    return item(i) instanceof Meaning.Unit(long millis)
        && millis == 60_000
        && items.get(i).to() - items.get(i).from() == 1
        && (REQUESTS.contains(word(i + 1)) || item(i + 1) instanceof Meaning.Per);
  }

  /** Number words: "two hundred and fifty thousand". */
  private BigDecimal sum() {
    var total = BigDecimal.ZERO;
    var group = BigDecimal.ZERO;
    int from = at;
    while (at < items.size()) {
      String word = word(at);
      var counted = at == from ? BigDecimal.ONE : group;
      if (SMALL.containsKey(word) && fits(group, small(word), at > from)) {
        group = group.add(BigDecimal.valueOf(small(word)));
      } else if (LARGE.containsKey(word) && large(word) < 1000) {
        group = counted.multiply(BigDecimal.valueOf(large(word)));
      } else if (LARGE.containsKey(word)) {
        total = total.add(counted.multiply(BigDecimal.valueOf(large(word))));
        group = BigDecimal.ZERO;
      } else if (!(word.equals("and") && at > from && joins(group, total))) {
        break;
      }
      at++;
    }
    return scaled(andAPart(total.add(group)));
  }

  private static int small(String word) {
    return SMALL.getOrDefault(word, 0);
  }

  private static long large(String word) {
    return LARGE.getOrDefault(word, 1L);
  }

  private static BigDecimal part(String word) {
    return PART.getOrDefault(word, BigDecimal.ZERO);
  }

  /** "two hundred and fifty", not "five and ten". */
  private boolean joins(BigDecimal group, BigDecimal total) {
    boolean large = group.signum() == 0 ? total.signum() > 0 : group.intValue() % 100 == 0;
    return large && SMALL.containsKey(word(at + 1));
  }

  private static boolean fits(BigDecimal group, int next, boolean any) {
    int low = group.intValue() % 100;
    return !any || (next < 10 ? low % 10 == 0 && low != 10 : low == 0);
  }

  /** "one and a half". */
  private BigDecimal andAPart(BigDecimal value) {
    boolean part = word(at).equals("and") && word(at + 1).equals("a");
    if (part && PART.containsKey(word(at + 2)) && !unit(at + 3, "an")) {
      var more = part(word(at + 2));
      at += 3;
      return value.add(more);
    }
    return value;
  }

  private boolean unit(int i, String article) {
    return word(i).equals(article) && item(i + 1) instanceof Meaning.Unit;
  }

  private String word(int i) {
    return item(i) instanceof Meaning.Word(String text) ? text : "";
  }

  private Meaning item(int i) {
    return i >= 0 && i < items.size() ? items.get(i).meaning() : new Meaning.Word("");
  }
}
