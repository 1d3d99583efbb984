package dev.deployclaw.core.language.lexer;

import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine.Match;
import dev.deployclaw.policy.model.Limit;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Puts numbers and units together: durations, rates, counts, bursts, windows, factors. */
final class QuantityReader {
  private static final PatternTable TABLE =
      PatternTable.read(QuantityReader.class, "quantities.txt");

  private static final Set<String> PER = Set.of("per", "each", "every", "a", "an", "/");

  /** Behind the point; more than these fit no window. */
  private static final int MOST_DIGITS = 7;

  private QuantityReader() {}

  static TokenLine read(TokenLine numbered) {
    return TABLE.replace(numbered, (row, match) -> made(row.split(" ", -1), match));
  }

  private static Optional<List<Token>> made(String[] name, Match m) {
    String argument = name.length > 1 ? name[1] : "";
    return switch (name[0]) {
      case "algorithm" -> one(Token.join(Kind.SETTING, "algorithm", argument, m.tokens()));
      case "sum" -> sum(m);
      case "like" -> like(m);
      case "number" ->
          one(Token.join(Kind.NUMBER, "", "number", m.tokens()).with(number(argument)));
      case "fixed" ->
          one(Token.join(kind(argument), "", name[3], m.tokens()).with(number(name[2])));
      case "halves" -> duration(m, of(m).add(number("0.5")));
      case "quarters" -> duration(m, of(m).multiply(number("0.25")));
      case "portion" -> {
        var factor = Token.join(Kind.FACTOR, "", "quarters", m.tokens());
        yield one(factor.with(of(m).multiply(number("0.25"))));
      }
      case "duration" -> duration(m, argument.isEmpty() ? of(m) : number(argument));
      case "rate" -> one(rate(m.tokens()));
      case "pick" -> {
        var pick = Token.join(Kind.PHRASE, "limit-window", "duration", m.tokens());
        yield one(pick.with(millis(m.tokens())));
      }
      case "keyed" -> keyed(m.tokens());
      case "served" -> served(argument, m);
      default -> argument.equals("!") ? relabelled(kind(name[0]), m) : quantity(name[0], m);
    };
  }

  /** A part of a request in a window is whole requests in a longer one: 1.5 a second, 3 in 2 s. */
  private static Token rate(List<Token> of) {
    var number = last(of, Kind.NUMBER).value();
    var window = millis(of);
    long parts = 1;
    int digits = number.stripTrailingZeros().scale();
    if (digits > 0 && digits <= MOST_DIGITS) {
      var whole = BigInteger.TEN.pow(digits);
      parts = whole.divide(number.movePointRight(digits).toBigInteger().gcd(whole)).longValue();
    }
    var longer = window.multiply(BigDecimal.valueOf(parts));
    boolean fits = longer.compareTo(BigDecimal.valueOf(Limit.LONGEST_WINDOW.toMillis())) <= 0;
    var rate = Token.join(Kind.RATE, "", "rate", of);
    return fits
        ? rate.with(number.multiply(BigDecimal.valueOf(parts)).stripTrailingZeros(), longer)
        : rate.with(number, window);
  }

  /** "5 requests per user per minute": the rate, and behind it by what it is counted. */
  private static Optional<List<Token>> keyed(List<Token> all) {
    int last = IntStream.range(0, all.size()).filter(i -> isPer(all, i)).max().orElseThrow();
    int first = IntStream.range(0, last).filter(i -> isPer(all, i)).findFirst().orElseThrow();
    var rate = new ArrayList<>(all.subList(0, first));
    rate.addAll(all.subList(last, all.size()));
    var out = new ArrayList<Token>();
    out.add(rate(rate));
    out.addAll(all.subList(first, last));
    return Optional.of(out);
  }

  /** "12 orders a day", "8 contoso requests at once": the amount, and behind it whose and where. */
  private static Optional<List<Token>> served(String name, Match m) {
    var names = m.tokens().stream().filter(t -> t.is(Kind.SERVICE) || t.is(Kind.TENANT)).toList();
    var of = m.tokens().stream().filter(t -> !names.contains(t)).toList();
    var amount =
        name.equals("rate") ? rate(of) : Token.join(Kind.PARALLEL, "", name, of).with(of(m));
    return Optional.of(Stream.concat(Stream.of(amount), names.stream()).toList());
  }

  private static boolean isPer(List<Token> tokens, int i) {
    return tokens.get(i).is(Kind.WORD) && PER.contains(tokens.get(i).text());
  }

  private static Optional<List<Token>> quantity(String name, Match m) {
    var value = name.equals("window") ? last(m.tokens(), Kind.DURATION).value() : of(m);
    String rule = name.equals("factor") ? "times" : name;
    return one(Token.join(kind(name), "", rule, m.tokens()).with(value));
  }

  /** "the burst on orders to 50": a number far from the word that says what it is. */
  private static Optional<List<Token>> relabelled(Kind kind, Match m) {
    var out = new ArrayList<>(m.tokens());
    out.add(out.removeLast().as(kind));
    return Optional.of(out);
  }

  /** "1 hour and 30 minutes": the second one must be the smaller. */
  private static Optional<List<Token>> sum(Match m) {
    var first = m.tokens().getFirst().value();
    var second = m.tokens().getLast().value();
    return first.compareTo(second) > 0 && second.signum() > 0
        ? one(Token.join(Kind.DURATION, "", "duration", m.tokens()).with(first.add(second)))
        : Optional.empty();
  }

  /** "from 100 to 200 rps", "20 rps, sorry, 30": the number has the unit of the rate. */
  private static Optional<List<Token>> like(Match m) {
    var window = last(m.tokens(), Kind.RATE).window();
    return Optional.of(
        m.tokens().stream()
            .map(t -> t.is(Kind.NUMBER) ? t.as(Kind.RATE).with(t.value(), window) : t)
            .toList());
  }

  private static Optional<List<Token>> duration(Match m, BigDecimal times) {
    var millis = times.multiply(last(m.tokens(), Kind.UNIT).value());
    return one(Token.join(Kind.DURATION, "", "duration", m.tokens()).with(millis));
  }

  private static BigDecimal millis(List<Token> tokens) {
    return tokens.stream()
        .filter(t -> t.is(Kind.DURATION) || t.is(Kind.UNIT) || t.is(Kind.PER))
        .map(Token::value)
        .findFirst()
        .orElseGet(() -> RequestLexer.often(tokens));
  }

  private static BigDecimal of(Match m) {
    return last(m.tokens(), Kind.NUMBER).value();
  }

  private static Token last(List<Token> tokens, Kind kind) {
    return tokens.stream().filter(t -> t.is(kind)).reduce((_, b) -> b).orElseThrow();
  }

  private static Kind kind(String name) {
    return Kind.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static BigDecimal number(String value) {
    return new BigDecimal(value);
  }

  private static Optional<List<Token>> one(Token token) {
    return Optional.of(List.of(token));
  }
}
