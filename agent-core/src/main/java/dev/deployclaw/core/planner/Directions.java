package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.planner.Meaning.Factor;
import dev.deployclaw.core.planner.Meaning.Percent;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/** Up or down: factors and percentages, and requests that contradict themselves. One thread. */
final class Directions {
  static final String UP =
      "(?:raise[sd]?|raising|increase[sd]?|increasing|bump(?:s|ed)?|boost(?:s|ed)?|grow|lift(?:s|ed)?|higher|more|extra|up(?!"
          + " to)|loosen|relax|widen|expand)";
  static final String DOWN =
      "(?:lower(?:s|ed|ing)?|decrease[sd]?|decreasing|reduce[sd]?|reducing|cut(?:s|ting)?|drop(?:s|ped)?"
          + "|shrink|trim|tighten|slash|less|fewer|down)";
  private static final Pattern IS_UP = rule(UP);
  private static final Pattern IS_DOWN = rule(DOWN);
  private static final Pattern PLUS = rule("\\+ <percent>");
  private static final Pattern MINUS = rule("(?:minus|-) <percent>");
  private static final Pattern TO_PERCENT = rule("(?:to|at|be) (?:about )?<percent>|<percent> of");
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  /** "Twice what acme has": by how much isn't said without that other limit. */
  private static final Pattern COMPARED =
      rule(
          "(?:of |than |as |to )?what <group> (?:'s |has|have|gets?|had)|(?:more|less|higher|lower|fewer|larger"
              + "|smaller) than <group>|as (?:much|many|high|low|large) as <group>|<(?:factor|percent)> (?:of )?(?:that"
              + "|those) of <group>|(?:like|unlike|compared (?:to|with)|relative to) <group>");

  /** "Contoso to half of fabrikam's": two in one clause, and no list. */
  private static final Pattern BESIDE =
      rule("<group>(?: (?!and|[.,;&/]|then|plus|but|while|as|<group>)\\S+){0,8} <group>");

  private final Phrase clause;
  private final Doubts doubts;
  private final Grounds grounds;

  Directions(Phrase clause, Doubts doubts, Grounds grounds) {
    this.clause = clause;
    this.doubts = doubts;
    this.grounds = grounds;
  }

  /** Asks where a limit is to be what another one is, or so many times as much. */
  static void compared(Phrase phrase, Doubts doubts) {
    boolean scales = phrase.has(Factor.class) || phrase.has(Percent.class);
    if (phrase.has(COMPARED) || (scales && phrase.has(BESIDE))) {
      doubts.ask("How many requests is that? A limit isn't set by another one's; say a rate.");
    }
  }

  boolean up() {
    return clause.has(IS_UP) || clause.has(PLUS);
  }

  boolean down() {
    return clause.has(IS_DOWN) || clause.has(MINUS);
  }

  /** The factor by which a limit is scaled; empty when none is said or it is doubtful. */
  Optional<BigDecimal> scale() {
    var factors = clause.all(Factor.class);
    var percents = clause.all(Percent.class);
    if (factors.size() + percents.size() > 1) {
      doubts.ask("There are two factors: by which one shall the limit be scaled?");
      return Optional.empty();
    }
    var scale =
        factors.isEmpty()
            ? percents.stream().findFirst().flatMap(this::percent)
            : factor(factors.getFirst());
    if (scale.isPresent() && scale.get().signum() <= 0) {
      doubts.refuse("a limit can't be scaled to nothing or less");
      return Optional.empty();
    }
    return scale.map(s -> s.stripTrailingZeros());
  }

  private Optional<BigDecimal> factor(Item item) {
    if (!(item.meaning() instanceof Factor(BigDecimal value, String rule))) {
      return Optional.empty();
    }
    boolean shrinks = value.compareTo(BigDecimal.ONE) < 0;
    if (rule.equals("times") && down()) {
      return divided(item, value);
    }
    if (shrinks ? up() : down()) {
      doubts.ask("Shall the limit go up or down?");
      return Optional.empty();
    }
    grounds.add(Amounts.plain(value), item, rule);
    return Optional.of(value);
  }

  private Optional<BigDecimal> divided(Item item, BigDecimal value) {
    try {
      var part = BigDecimal.ONE.divide(value);
      grounds.add(Amounts.plain(part), item, "divide");
      return Optional.of(part);
    } catch (ArithmeticException e) {
      doubts.ask("That part isn't a whole percentage: to how many percent shall the limit go?");
      return Optional.empty();
    }
  }

  private Optional<BigDecimal> percent(Item item) {
    if (!(item.meaning() instanceof Percent(BigDecimal value))) {
      return Optional.empty();
    }
    if (clause.has(TO_PERCENT)) {
      return absolute(item, value.divide(HUNDRED));
    }
    boolean negative = value.signum() < 0;
    if (negative ? up() || down() : up() == down()) {
      doubts.ask("Shall the limit go up or down, and by how much?");
      return Optional.empty();
    }
    var part = value.abs().divide(HUNDRED);
    var scale = up() ? BigDecimal.ONE.add(part) : BigDecimal.ONE.subtract(part);
    grounds.add(Amounts.plain(scale), item, up() ? "percent up" : "percent down");
    return Optional.of(scale);
  }

  private Optional<BigDecimal> absolute(Item item, BigDecimal scale) {
    int size = scale.compareTo(BigDecimal.ONE);
    if ((up() && size <= 0) || (down() && size >= 0)) {
      doubts.ask(
          "Shall the limit go up or down? %s of what it is contradicts it."
              .formatted(Amounts.plain(scale)));
      return Optional.empty();
    }
    grounds.add(Amounts.plain(scale), item, "percent of");
    return Optional.of(scale);
  }
}
