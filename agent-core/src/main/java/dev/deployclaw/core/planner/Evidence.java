package dev.deployclaw.core.planner;

import dev.deployclaw.core.task.Intent.Grounding;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a request says, piece by piece, by the rules' own reading of its words: the only place that
 * a value of a proposed intent may come from. Pure.
 */
final class Evidence {
  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
  private static final Set<String> APPROVING =
      Set.of("approval", "approvals", "approve", "approves", "approved", "review", "sign", "ask");
  private static final Set<String> LOOKING =
      Set.of("dry", "simulate", "simulation", "preview", "show", "what", "plan", "hypothetically");

  private final String text;
  private final List<Item> items = new ArrayList<>();
  private final List<Grounding> groups;

  private Evidence(String text, Phrase signals, List<Grounding> groups) {
    this.text = text;
    signals.items().forEach(this::flatten);
    this.groups = groups;
  }

  /** A request within the bounds of {@link RulePlanner}. */
  static Evidence of(String text, Inventory inventory) {
    var names = new KnownNames(inventory);
    var words = Words.resolve(text, names, Tokens.of(text, names));
    var measured = Quantities.read(Numbers.read(words));
    var signals = Signals.read(measured, new Doubts());
    var grounds = new Grounds();
    Audience.read(signals, names, new Doubts(), grounds);
    var evidence = new Evidence(text, signals, grounds.all());
    measured.items().forEach(evidence::flatten);
    return evidence;
  }

  private void flatten(Item item) {
    items.add(item);
    item.parts().forEach(this::flatten);
  }

  Optional<Grounding> tenant(String name) {
    return named(name, m -> m.equals(new Meaning.Tenant(name))).or(() -> grouped(name, "label"));
  }

  Optional<Grounding> service(String name) {
    return named(name, m -> m.equals(new Meaning.Service(name)))
        .or(() -> grouped(name, "each service"));
  }

  Optional<Grounding> everybody() {
    return grouped("all", "all");
  }

  boolean namesNobody() {
    return groups.isEmpty();
  }

  Optional<Grounding> label(String key, String value) {
    return find(value, "label", m -> m.equals(new Meaning.Label(key, value)));
  }

  Optional<Grounding> route(String path) {
    return find(path, "route", m -> m.equals(new Meaning.Route(path)));
  }

  Optional<Grounding> method(String name) {
    return find(name, "method", m -> m.equals(new Meaning.Method(name)));
  }

  /** A limit's own name, letter by letter. */
  Optional<Grounding> verbatim(String name) {
    int at = text.indexOf(name);
    return at < 0 || name.isBlank()
        ? Optional.empty()
        : Optional.of(new Grounding(name, at, at + name.length(), "limit"));
  }

  Optional<Grounding> number(long value) {
    var wanted = BigDecimal.valueOf(value);
    return find(
        Long.toString(value),
        "number",
        m -> m instanceof Meaning.Num(BigDecimal n) && n.compareTo(wanted) == 0);
  }

  /** A length of time, or the unit of a rate. */
  Optional<Grounding> seconds(long value) {
    return span(Long.toString(value), BigDecimal.valueOf(value).multiply(THOUSAND));
  }

  Optional<Grounding> millis(long value) {
    return span(Long.toString(value), BigDecimal.valueOf(value));
  }

  private Optional<Grounding> span(String value, BigDecimal millis) {
    return find(
        value,
        "duration",
        m ->
            switch (m) {
              case Meaning.Duration(BigDecimal d) -> d.compareTo(millis) == 0;
              case Meaning.Window(BigDecimal d) -> d.compareTo(millis) == 0;
              case Meaning.Rate(BigDecimal _, BigDecimal d) -> d.compareTo(millis) == 0;
              case Meaning.Unit(long d) -> BigDecimal.valueOf(d).compareTo(millis) == 0;
              case Meaning.Per(long s) ->
                  BigDecimal.valueOf(s).multiply(THOUSAND).compareTo(millis) == 0;
              default -> false;
            });
  }

  Optional<Grounding> percent(int value) {
    var wanted = BigDecimal.valueOf(value);
    return find(
        Integer.toString(value),
        "percent",
        m -> m instanceof Meaning.Percent(BigDecimal p) && p.compareTo(wanted) == 0);
  }

  /** A factor that is written, or follows from a percentage. */
  Optional<Grounding> scale(BigDecimal value) {
    return find(
        Amounts.plain(value),
        "factor",
        m ->
            switch (m) {
              case Meaning.Factor(BigDecimal f, String _) -> f.compareTo(value) == 0;
              case Meaning.Percent(BigDecimal p) -> follows(p.movePointLeft(2), value);
              default -> false;
            });
  }

  private static boolean follows(BigDecimal part, BigDecimal scale) {
    return scale.compareTo(BigDecimal.ONE.add(part)) == 0
        || scale.compareTo(BigDecimal.ONE.subtract(part)) == 0
        || scale.compareTo(part) == 0;
  }

  /** An algorithm, a mode or a fallback. */
  Optional<Grounding> said(String word, Meaning meaning) {
    return find(word, "word", m -> m.equals(meaning));
  }

  Optional<Grounding> concurrency() {
    return find("concurrency", "concurrency", Meaning.Parallel.class::isInstance);
  }

  Optional<Grounding> instant(String written) {
    return find(written, "instant", m -> m.equals(new Meaning.Moment(written)));
  }

  Optional<Grounding> execution(String id) {
    return find(id, "execution", m -> m.equals(new Meaning.Run(id)));
  }

  Optional<Grounding> last() {
    return word("last", Set.of("last", "latest", "previous", "recent", "just"));
  }

  Optional<Grounding> approval() {
    return word("approval", APPROVING);
  }

  Optional<Grounding> automatic() {
    return word("auto", Set.of("auto", "automatic", "automatically"));
  }

  Optional<Grounding> dryRun() {
    return word("dry run", LOOKING);
  }

  private Optional<Grounding> word(String value, Set<String> words) {
    return find(value, "word", m -> m instanceof Meaning.Word(String w) && words.contains(w));
  }

  private Optional<Grounding> named(String name, Predicate<Meaning> is) {
    return find(name, "name", is);
  }

  private Optional<Grounding> grouped(String value, String rule) {
    return groups.stream()
        .filter(g -> g.value().equals(value) && g.rule().equals(rule))
        .findFirst();
  }

  private Optional<Grounding> find(String value, String rule, Predicate<Meaning> is) {
    return items.stream()
        .filter(i -> is.test(i.meaning()))
        .findFirst()
        .map(i -> new Grounding(value, i.from(), i.to(), rule));
  }
}
