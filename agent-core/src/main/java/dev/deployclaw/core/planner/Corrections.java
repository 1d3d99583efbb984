package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What somebody corrects while they write: "acme, no, globex", "20 rps, sorry, 30 rps". The value
 * that is taken back carries nothing. Where more than one could be meant, nothing is dropped, and
 * what is left of the correction is a question. Pure.
 */
final class Corrections {
  private static final String PAUSE = "(?: [.,;:!?])*";
  private static final String WORDS =
      "(?:or rather|no|nope|wait|sorry|oops|rather|correction|actually|scratch that|strike that"
          + "|i (?:mean|meant)(?: to (?:say|write))?|make (?:that|it)|that should (?:be|read)"
          + "|my (?:mistake|bad)|hang on|hold on|er|uh|um|well)"
          + PAUSE;
  private static final String CUE = WORDS + "(?: " + WORDS + ")*";
  private static final String AMOUNT = "(?:<rate>|<num>|<count>|<parallel>)";
  private static final String WHOLE = "(?:<rate>|<count>|<parallel>)";

  /** The right value stands right behind the wrong one, which is no part of a list. */
  private static final List<Pattern> NEAR =
      List.of(
          near("<tenant>", "<tenant>"),
          near("<service>", "<service>"),
          near(AMOUNT, WHOLE),
          near("<percent>", "<percent>"),
          rule("not <tenant> (?:, )?but(?: rather)?(?= <tenant> )"),
          rule("not (?:on |for )?<service> (?:, )?but(?: rather)?(?= (?:on |for )?<service> )"));

  private static final String LAST = WHOLE + "(?: (?:[.,;!]|please|thanks|instead))* $";

  /** It stands by itself at the end, behind a sentence that has one value. */
  private static final Pattern FAR =
      rule(
          WHOLE
              + "(?= (?:(?!"
              + AMOUNT
              + "|<percent>|<factor>|<tenant>|and|but|then)\\S+ ){1,6}?[.;,!] "
              + CUE
              + " "
              + LAST
              + ")");

  private static final Pattern FAR_CUE = rule("(?<=[.;,!] )" + CUE + "(?= " + LAST + ")");

  /** "40 rps on orders, no, make that 50": the only rate there is has the unit. */
  private static final Pattern BARE =
      rule("(?<=[.;,!] )" + CUE + " <num>(?= (?:(?:[.,;!]|please|pls|thanks|instead) )*$)");

  private static final List<Class<? extends Meaning>> OTHER =
      List.of(
          Meaning.Burst.class,
          Meaning.Count.class,
          Meaning.Parallel.class,
          Meaning.Percent.class,
          Meaning.Factor.class,
          Meaning.Window.class,
          Meaning.Duration.class);

  /** "I meant 60 rps, not 50": what it is not, behind what it is. */
  private static final Pattern DENIED =
      rule(
          "(?<= )(?:, )?(?:and )?(?:not|instead of|rather than) "
              + AMOUNT
              + "(?= (?:(?:[.,;!]|please|thanks) )*$)");

  private Corrections() {}

  private static Pattern near(String wrong, String right) {
    return rule(
        "(?<!"
            + wrong
            + " (?:and|or|,|&|plus|/) )"
            + wrong
            + PAUSE
            + " "
            + CUE
            + "(?: (?:for|on|to|at|by))?(?= "
            + right
            + " )");
  }

  static Phrase read(Phrase phrase) {
    var meant = undenied(phrase);
    var read = replaced(meant);
    return read.line().equals(meant.line()) ? replaced(phrase) : read;
  }

  /** Without the wrong value where it stands once more at the end, as what was not meant. */
  private static Phrase undenied(Phrase phrase) {
    var amounts = phrase.items().stream().filter(Corrections::amount).toList();
    var denied = phrase.find(DENIED);
    boolean same =
        denied.isPresent()
            && amounts.size() == 3
            && same(amounts.getFirst().meaning(), amounts.getLast().meaning());
    return same ? phrase.without(denied.get()) : phrase;
  }

  private static boolean amount(Item item) {
    return item.meaning() instanceof Meaning.Num
        || item.meaning() instanceof Meaning.Rate
        || item.meaning() instanceof Meaning.Count
        || item.meaning() instanceof Meaning.Parallel;
  }

  /** Whether the second is the first, or its bare number. */
  private static boolean same(Meaning value, Meaning again) {
    if (value.equals(again)) {
      return true;
    }
    return again instanceof Meaning.Num(BigDecimal n)
        && switch (value) {
          case Meaning.Rate(BigDecimal requests, BigDecimal _) -> requests.compareTo(n) == 0;
          case Meaning.Count(BigDecimal requests) -> requests.compareTo(n) == 0;
          case Meaning.Parallel(BigDecimal requests) -> requests.compareTo(n) == 0;
          default -> false;
        };
  }

  private static Phrase replaced(Phrase phrase) {
    var rest = phrase;
    for (Pattern rule : NEAR) {
      rest = rest.without(rule);
    }
    rest = sameUnit(rest);
    return rest.has(FAR) ? rest.without(FAR).without(FAR_CUE) : rest;
  }

  private static Phrase sameUnit(Phrase phrase) {
    var rates = phrase.all(Meaning.Rate.class);
    boolean one =
        rates.size() == 1
            && phrase.all(Meaning.Num.class).size() == 1
            && OTHER.stream().noneMatch(phrase::has);
    if (!one || !(rates.getFirst().meaning() instanceof Meaning.Rate old) || !phrase.has(BARE)) {
      return phrase;
    }
    return phrase.rewriteLast(
        BARE, n -> new Meaning.Rate(((Meaning.Num) n.meaning()).value(), old.windowMillis()));
  }
}
