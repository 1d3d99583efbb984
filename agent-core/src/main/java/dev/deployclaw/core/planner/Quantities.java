package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.planner.Phrase.Hit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Puts numbers and units together: durations, rates, counts, bursts, windows, factors. Pure. */
final class Quantities {
  static final String REQ =
      "(?:r(?= (?:/|per))|(?:api |http"
          + " )?(?:requests?|reqs?|calls?|hits?|query|queries|transactions?|messages?"
          + "|operations?|ops|connections?))";
  private static final String IS = "(?: (?:of|to|=|:|at|is|up|be|limit|cap|size|capacity))*";
  private static final String PER =
      "(?:per|/|an?|each|every|in|within|over|in any|within any|over any|in each|in every"
          + "|for each|for every)";
  private static final String SPAN = "(?:(?:an?|any|one|each|every) )?(?:<unit>|<duration>)";
  private static final String AT_ONCE =
      "(?:at a time|at once|at the same time|in parallel|concurrently|simultaneously|in flight)";
  private static final Map<String, Long> EVERY =
      Map.of("minutely", 60L, "hourly", 3600L, "daily", 86_400L, "weekly", 604_800L);
  private static final String OFTEN = "(?:minutely|hourly|daily|weekly)";
  private static final String FAR =
      "(?: (?!and|but|then|<num>|<duration>|<rate>)[^,;. ]+){1,8}? (?:to|of|at|=|:|be|is) ";
  private static final BigDecimal HALF = new BigDecimal("0.5");

  private Quantities() {}

  /** A rule of the grammar and what its match becomes. */
  private record Rewrite(Pattern rule, Function<Hit, Optional<Item>> item) {}

  /** In this order: each stands on the ones before. */
  private static final List<Rewrite> REWRITES =
      List.of(
          fixed("token buckets?", new Meaning.Counting(LimitAlgorithm.TOKEN_BUCKET)),
          fixed("gcra", new Meaning.Counting(LimitAlgorithm.GCRA)),
          rewrite("<num> (?:%|percents?|pct|per cent)", h -> percent(h, "percent")),
          often("once", "1"),
          often("twice", "2"),
          often("thrice", "3"),
          rewrite("half (?:an? )?<unit>", h -> duration(h, HALF)),
          rewrite("(?:a )?quarter (?:of )?(?:an? )?<unit>", h -> duration(h, part("0.25"))),
          rewrite("(?:three|<num>) quarters of an? <unit>", Quantities::quarters),
          rewrite("an? <unit> and a half", h -> duration(h, part("1.5"))),
          rewrite("<num> <unit>", h -> duration(h, number(h))),
          rewrite("<duration> (?:and )?<duration>", Quantities::sum),
          rewrite("<num> <per>", Quantities::shortRate),
          rewrite(
              "<num> (?:(?:" + REQ + "|times) )?(?:max |maximum |at most )?" + PER + " " + SPAN,
              Quantities::rate),
          rewrite("<num> (?:" + REQ + " )?" + OFTEN, Quantities::often),
          rewrite("(?:" + REQ + " )?(?:per|/) <unit>" + IS + " <num>", Quantities::rate),
          rewrite("<per>" + IS + " <num>", Quantities::shortRate),
          rewrite(
              OFTEN + " (?:limit|cap|quota|rate)" + IS + " <num>(?: " + REQ + ")?",
              Quantities::often),
          rewrite("(?:an?|one|(?:the )?next) <unit>", h -> duration(h, BigDecimal.ONE)),
          rewrite(
              "<num> (?:concurrent|simultaneous|parallel|in flight)(?: " + REQ + ")?",
              Quantities::parallel),
          rewrite("<num> (?:" + REQ + " )?" + AT_ONCE, Quantities::parallel),
          rewrite(
              "(?:concurrency|parallelism|(?:concurrent|parallel|simultaneous) "
                  + REQ
                  + ")"
                  + IS
                  + " <num>(?: "
                  + REQ
                  + ")?",
              Quantities::parallel),
          rewrite("bursts? from <num> to <num>", Quantities::newBurst),
          rewrite("(?:bursts?|bursting)" + IS + " <num>(?: " + REQ + ")?", Quantities::burst),
          rewrite("<num> (?:" + REQ + " )?bursts?", Quantities::burst),
          rewrite("<num> " + REQ, Quantities::count),
          rewrite(
              "windows?(?: (?:size|length))?(?: (?:of|to|=|:|at|from))? <duration>",
              Quantities::window),
          rewrite("<duration> windows?", Quantities::window),
          rewrite("(?:by )?(?:a )?factor (?:of )?<num>", Quantities::times),
          rewrite("(?:by )?<num> (?:x|times|fold)", Quantities::times),
          rewrite("x <num>", Quantities::times),
          rewrite("times <num>", Quantities::times),
          factor("doubl(?:e|es|ed|ing)|twice|twofold", "2", "double"),
          factor("tripl(?:e|es|ed|ing)|threefold", "3", "triple"),
          factor("quadrupl(?:e|es|ed|ing)", "4", "quadruple"),
          factor("tenfold", "10", "tenfold"),
          factor("to (?:a|one) quarter(?: of)?", "0.25", "quarter"),
          factor("halv(?:e|es|ed|ing)|in half|(?:to )?half of|to half", "0.5", "halve"),
          rewrite(
              "by (?:a )?half|half(?= (?:more|again|less|higher|lower))",
              h -> Optional.of(h.joined(new Meaning.Percent(part("50")), "half"))),
          rewrite(
              "by (?:a )?quarter|(?:a )?quarter(?= (?:more|less|higher|lower))",
              h -> Optional.of(h.joined(new Meaning.Percent(part("25")), "quarter"))));

  /** "Twice per second" counts; "twice" alone is a factor. */
  private static Rewrite often(String word, String times) {
    return rewrite(
        word + "(?= (?:per|an?|each|every|in any|in each|in every) <(?:unit|duration)>)",
        h -> Optional.of(h.joined(new Meaning.Num(part(times)), "number")));
  }

  static Phrase read(Phrase numbered) {
    var phrase = algorithms(numbered);
    for (var rewrite : REWRITES) {
      phrase = phrase.rewrite(rewrite.rule(), rewrite.item());
    }
    return distant(sameUnit(phrase));
  }

  /** "sliding window of 10 s" says an algorithm and a window: the word window stays. */
  private static Phrase algorithms(Phrase phrase) {
    var sliding = rule("(?:sliding|rolling)(?= windows?)");
    var fixed = rule("fixed(?= windows?)");
    return phrase
        .rewrite(
            sliding,
            h ->
                Optional.of(
                    h.joined(new Meaning.Counting(LimitAlgorithm.SLIDING_WINDOW), "algorithm")))
        .rewrite(
            fixed,
            h ->
                Optional.of(
                    h.joined(new Meaning.Counting(LimitAlgorithm.FIXED_WINDOW), "algorithm")));
  }

  /** "the burst on orders to 50": a number far from the word that says what it is. */
  private static Phrase distant(Phrase phrase) {
    return phrase
        .rewriteLast(
            rule("bursts?" + FAR + "<num>"),
            n -> new Meaning.Burst(((Meaning.Num) n.meaning()).value()))
        .rewriteLast(
            rule("(?:concurrency|parallelism)" + FAR + "<num>"),
            n -> new Meaning.Parallel(((Meaning.Num) n.meaning()).value()))
        .rewriteLast(
            rule(
                "(?:scaled?|scaling|multiply|multiplied)(?: (?!and|but|then|<num>)[^,;. ]+){1,8}?"
                    + " by <num>"),
            n -> new Meaning.Factor(((Meaning.Num) n.meaning()).value(), "times"))
        .rewriteLast(rule("windows?" + FAR + "<duration>"), n -> new Meaning.Window(millis(n)));
  }

  /** "from 100 to 200 rps": the first number has the second one's unit. */
  private static Phrase sameUnit(Phrase phrase) {
    var hit = phrase.find(rule("from <num> to <rate>"));
    if (hit.isEmpty()
        || !(hit.get().first(Meaning.Rate.class).meaning() instanceof Meaning.Rate r)) {
      return phrase;
    }
    var items = hit.get().items();
    var old =
        Item.join(
            new Meaning.Rate(number(hit.get()), r.windowMillis()), "rate", items.subList(1, 2));
    return phrase.replace(hit.get(), List.of(items.get(0), old, items.get(2), items.get(3)));
  }

  private static Rewrite rewrite(String regex, Function<Hit, Optional<Item>> item) {
    return new Rewrite(rule(regex), item);
  }

  private static Rewrite fixed(String regex, Meaning meaning) {
    return rewrite(regex, h -> Optional.of(h.joined(meaning, "algorithm")));
  }

  private static Rewrite factor(String regex, String value, String rule) {
    return rewrite(
        regex, h -> Optional.of(h.joined(new Meaning.Factor(new BigDecimal(value), rule), rule)));
  }

  private static BigDecimal part(String value) {
    return new BigDecimal(value);
  }

  private static BigDecimal number(Hit hit) {
    return hit.first(Meaning.Num.class).meaning() instanceof Meaning.Num(BigDecimal value)
        ? value
        : BigDecimal.ZERO;
  }

  private static Optional<Item> percent(Hit hit, String rule) {
    return Optional.of(hit.joined(new Meaning.Percent(number(hit)), rule));
  }

  private static Optional<Item> duration(Hit hit, BigDecimal times) {
    return Optional.of(hit.joined(new Meaning.Duration(times.multiply(unit(hit))), "duration"));
  }

  private static Optional<Item> quarters(Hit hit) {
    var quarters = hit.find(Meaning.Num.class).isPresent() ? number(hit) : part("3");
    return duration(hit, quarters.multiply(part("0.25")));
  }

  private static BigDecimal unit(Hit hit) {
    return hit.first(Meaning.Unit.class).meaning() instanceof Meaning.Unit(long millis)
        ? BigDecimal.valueOf(millis)
        : BigDecimal.ZERO;
  }

  /** "1 hour and 30 minutes": the second one must be the smaller. */
  private static Optional<Item> sum(Hit hit) {
    var both = hit.all(Meaning.Duration.class).stream().map(Quantities::millis).toList();
    return both.get(0).compareTo(both.get(1)) > 0 && both.get(1).signum() > 0
        ? Optional.of(hit.joined(new Meaning.Duration(both.get(0).add(both.get(1))), "duration"))
        : Optional.empty();
  }

  static BigDecimal millis(Item item) {
    return switch (item.meaning()) {
      case Meaning.Duration(BigDecimal millis) -> millis;
      case Meaning.Unit(long millis) -> BigDecimal.valueOf(millis);
      default -> throw new IllegalArgumentException("not a length of time: " + item);
    };
  }

  private static Optional<Item> rate(Hit hit) {
    var span =
        hit.find(Meaning.Duration.class).or(() -> hit.find(Meaning.Unit.class)).orElseThrow();
    return Optional.of(hit.joined(new Meaning.Rate(number(hit), millis(span)), "rate"));
  }

  private static Optional<Item> shortRate(Hit hit) {
    var per = (Meaning.Per) hit.first(Meaning.Per.class).meaning();
    var window = BigDecimal.valueOf(per.seconds() * 1000);
    return Optional.of(hit.joined(new Meaning.Rate(number(hit), window), "rate"));
  }

  private static Optional<Item> often(Hit hit) {
    var words = hit.all(Meaning.Word.class).stream().map(i -> i.meaning().shape()).toList();
    long seconds = words.stream().filter(EVERY::containsKey).map(EVERY::get).findFirst().orElse(0L);
    var window = BigDecimal.valueOf(seconds * 1000);
    return Optional.of(hit.joined(new Meaning.Rate(number(hit), window), "rate"));
  }

  private static Optional<Item> parallel(Hit hit) {
    return Optional.of(hit.joined(new Meaning.Parallel(number(hit)), "concurrency"));
  }

  private static Optional<Item> newBurst(Hit hit) {
    var last = hit.all(Meaning.Num.class).getLast();
    var value = ((Meaning.Num) last.meaning()).value();
    return Optional.of(
        new Item(new Meaning.Burst(value), last.from(), last.to(), "number", List.of(last)));
  }

  private static Optional<Item> burst(Hit hit) {
    return Optional.of(hit.joined(new Meaning.Burst(number(hit)), "number"));
  }

  private static Optional<Item> count(Hit hit) {
    return Optional.of(hit.joined(new Meaning.Count(number(hit)), "number"));
  }

  private static Optional<Item> window(Hit hit) {
    var millis = millis(hit.first(Meaning.Duration.class));
    return Optional.of(hit.joined(new Meaning.Window(millis), "duration"));
  }

  private static Optional<Item> times(Hit hit) {
    return Optional.of(hit.joined(new Meaning.Factor(number(hit), "times"), "times"));
  }
}
