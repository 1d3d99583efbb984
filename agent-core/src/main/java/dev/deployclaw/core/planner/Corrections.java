package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

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
