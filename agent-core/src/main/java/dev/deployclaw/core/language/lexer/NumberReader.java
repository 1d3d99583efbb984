package dev.deployclaw.core.language.lexer;

import dev.deployclaw.core.language.lexer.Token.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads numbers in digits and words: 1,200; 5k; two hundred and fifty; half a million. */
final class NumberReader {
  private static final Map<String, String> WORDS =
      PatternTable.keys(NumberReader.class, "numbers.txt");
  private static final Set<String> BEFORE_PRONOUN =
      Set.of("last", "latest", "previous", "this", "that", "which", "same", "old", "new", "every");
  private static final String CALLS = "requests?|reqs?|calls|hits|queries|per|a|/";
  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
  private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

  private final List<Token> tokens;
  private int at;

  private NumberReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  static boolean isWord(String word) {
    return WORDS.containsKey(word);
  }

  static TokenLine read(List<Token> tokens) {
    var reader = new NumberReader(tokens);
    var out = new ArrayList<Token>();
    while (reader.at < tokens.size()) {
      out.add(reader.number().orElseGet(() -> tokens.get(reader.at++)));
    }
    return new TokenLine(out);
  }

  /** A number that starts here; otherwise the position stays. */
  private Optional<Token> number() {
    int from = at;
    boolean negative = word(at).equals("minus") || word(at).equals("negative");
    at += negative ? 1 : 0;
    var value = magnitude();
    if (value.isEmpty()) {
      at = from;
      return value.map(_ -> tokens.get(from));
    }
    var parts = tokens.subList(from, at);
    var signed = negative ? value.get().negate() : value.get();
    return Optional.of(
        parts.size() == 1 && parts.getFirst().is(Kind.NUMBER)
            ? parts.getFirst()
            : Token.join(Kind.NUMBER, "", "number", parts).with(signed.stripTrailingZeros()));
  }

  private Optional<BigDecimal> magnitude() {
    if (at < tokens.size() && tokens.get(at).is(Kind.NUMBER)) {
      return Optional.of(scaled(andAPart(tokens.get(at++).value())));
    }
    boolean article = word(at + 1).equals("a");
    if (kind(at).equals("part") && kind(article ? at + 2 : at + 1).equals("large")) {
      var part = value(at);
      at += article ? 2 : 1;
      return Optional.of(scaled(part));
    }
    if (word(at).equals("a") && kind(at + 1).equals("large")) {
      at++;
      return Optional.of(sum());
    }
    boolean pronoun =
        word(at).equals("one")
            && (BEFORE_PRONOUN.contains(word(at - 1)) || word(at + 1).matches("that|which|who"))
            && !(at + 1 < tokens.size() && tokens.get(at + 1).is(Kind.UNIT));
    return kind(at).equals("small") && !pronoun && !isChoice()
        ? Optional.of(sum())
        : Optional.empty();
  }

  /** "The per-second one": a limit, and no number. */
  private boolean isChoice() {
    boolean unit = at > 1 && tokens.get(at - 1).is(Kind.UNIT) && word(at - 2).equals("per");
    return word(at).equals("one")
        && (unit || word(at - 1).matches("hourly|daily|weekly|minutely"))
        && !word(at + 1).matches(CALLS);
  }

  /** "2 k", "1.5 million": each following magnitude multiplies. */
  private BigDecimal scaled(BigDecimal value) {
    var scaled = value;
    while (kind(at).equals("large") || million()) {
      scaled = scaled.multiply(million() ? MILLION : value(at));
      at++;
    }
    return scaled;
  }

  /** "5m requests": a lone m is a million where a count of requests follows. */
  private boolean million() {
    boolean lone = at < tokens.size() && tokens.get(at).is(Kind.UNIT);
    return lone
        && tokens.get(at).to() - tokens.get(at).from() == 1
        && tokens.get(at).value().intValue() == 60_000
        && at + 1 < tokens.size()
        && (tokens.get(at + 1).is(Kind.PER) || word(at + 1).matches(CALLS));
  }

  /** Number words: "two hundred and fifty thousand". */
  private BigDecimal sum() {
    var total = BigDecimal.ZERO;
    var group = BigDecimal.ZERO;
    for (int from = at; at < tokens.size(); at++) {
      var counted = at == from ? BigDecimal.ONE : group;
      boolean large = kind(at).equals("large");
      if (kind(at).equals("small") && fits(group, value(at).intValue(), at > from)) {
        group = group.add(value(at));
      } else if (large && value(at).compareTo(THOUSAND) < 0) {
        group = counted.multiply(value(at));
      } else if (large) {
        total = total.add(counted.multiply(value(at)));
        group = BigDecimal.ZERO;
      } else if (!(word(at).equals("and") && at > from && joins(group, total))) {
        break;
      }
    }
    return scaled(andAPart(total.add(group)));
  }

  /** "two hundred and fifty", not "five and ten". */
  private boolean joins(BigDecimal group, BigDecimal total) {
    boolean large = group.signum() == 0 ? total.signum() > 0 : group.intValue() % 100 == 0;
    return large && kind(at + 1).equals("small");
  }

  private static boolean fits(BigDecimal group, int next, boolean any) {
    int low = group.intValue() % 100;
    return !any || (next < 10 ? low % 10 == 0 && low != 10 : low == 0);
  }

  /** "one and a half", but not "one and a half an hour". */
  private BigDecimal andAPart(BigDecimal value) {
    boolean part =
        word(at).equals("and") && word(at + 1).equals("a") && kind(at + 2).equals("part");
    if (!part || word(at + 3).equals("an")) {
      return value;
    }
    at += 3;
    boolean large = kind(at - 4).equals("large");
    return value.add(large ? value(at - 1).multiply(value(at - 4)) : value(at - 1));
  }

  private String kind(int i) {
    return WORDS.getOrDefault(word(i), " ").split(" ", -1)[0];
  }

  private BigDecimal value(int i) {
    return new BigDecimal(WORDS.getOrDefault(word(i), "small 0").split(" ", -1)[1]);
  }

  private String word(int i) {
    boolean there = i >= 0 && i < tokens.size() && tokens.get(i).is(Kind.WORD);
    return there ? tokens.get(i).text() : "";
  }
}
