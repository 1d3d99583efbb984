package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads one clause into changes: who, what, and what is set. One thread. */
final class ChangeReader {
  private static final Pattern FROM_TO =
      rule("(?:from )?(?:<rate>|<num>|<count>|<parallel>) to (?:<rate>|<num>|<count>|<parallel>)");
  private static final Pattern BY = rule("by (?:<rate>|<num>|<count>|<parallel>)");
  private static final Pattern NAMED =
      rule("(?:limits?|limit's) (?:named|called) (?:<unknown>|\\S+)");

  private final Doubts doubts;
  private final Grounds grounds;
  private final Amounts amounts;
  private Phrase clause;

  private ChangeReader(Phrase clause, Doubts doubts, Grounds grounds) {
    this.clause = clause;
    this.doubts = doubts;
    this.grounds = grounds;
    this.amounts = new Amounts(doubts);
  }

  /** Where a change applies: one for each combination of these. */
  record Scope(
      List<Who> who,
      List<Optional<String>> services,
      List<Optional<String>> routes,
      List<Optional<String>> methods,
      Optional<String> limit) {

    List<RequestedChange> changes(Settings set, Optional<BigDecimal> scale, Optional<String> from) {
      var out = new ArrayList<RequestedChange>();
      for (Who one : who) {
        for (var service : services) {
          for (var route : routes) {
            for (var method : methods) {
              out.add(new RequestedChange(one, service, route, method, limit, set, scale, from));
            }
          }
        }
      }
      return out;
    }
  }

  /** The changes of a clause that sets a limit, scales it or sets its mode. */
  static List<RequestedChange> read(Phrase clause, Doubts doubts, Grounds grounds) {
    var reader = new ChangeReader(clause, doubts, grounds);
    var scope = reader.scopeOfTenants();
    var set = reader.settings();
    var scale = new Directions(reader.clause, doubts, grounds).scale();
    return scope.changes(set, scale, Optional.empty());
  }

  /** The scope alone, for operations that set nothing. */
  static Scope scope(Phrase clause, Doubts doubts, Grounds grounds) {
    return new ChangeReader(clause, doubts, grounds).scope();
  }

  private Scope scopeOfTenants() {
    var scope = scope();
    if (scope.who().equals(List.of(Who.NOBODY))) {
      doubts.ask("Which tenants are meant? Name them, or say \"all tenants\".");
    }
    return scope;
  }

  private Scope scope() {
    var limit = limit();
    var who = new ArrayList<Who>();
    var services = new ArrayList<Optional<String>>();
    for (Item item : clause.items()) {
      if (item.meaning() instanceof Meaning.Group(List<Who> group)) {
        group.stream().filter(w -> !who.contains(w)).forEach(who::add);
      }
      if (item.meaning() instanceof Meaning.Targets(List<String> targets)) {
        targets.stream()
            .map(Optional::of)
            .filter(s -> !services.contains(s))
            .forEach(services::add);
      }
    }
    return new Scope(
        who.isEmpty() ? List.of(Who.NOBODY) : joined(who),
        orAny(services),
        routes(),
        methods(),
        limit);
  }

  /** Tenants named in several places of a clause are one list. */
  private static List<Who> joined(List<Who> who) {
    var tenants = new ArrayList<String>();
    var out = new ArrayList<Who>();
    for (Who one : who) {
      if (one.tenants().isEmpty()) {
        out.add(one);
      } else {
        one.tenants().stream().filter(t -> !tenants.contains(t)).forEach(tenants::add);
      }
    }
    if (!tenants.isEmpty()) {
      out.addFirst(new Who(tenants, new TreeMap<>(), false, List.of()));
    }
    return out;
  }

  private List<Optional<String>> routes() {
    var routes = new ArrayList<Optional<String>>();
    for (Item item : clause.all(Meaning.Route.class)) {
      if (item.meaning() instanceof Meaning.Route(String path)) {
        routes.add(Optional.of(path));
        grounds.add(path, item, "route");
      }
    }
    return orAny(routes);
  }

  private List<Optional<String>> methods() {
    var methods = new ArrayList<Optional<String>>();
    for (Item item : clause.all(Meaning.Method.class)) {
      if (item.meaning() instanceof Meaning.Method(String name)) {
        methods.add(Optional.of(name));
        grounds.add(name, item, "method");
      }
    }
    return orAny(methods);
  }

  private Optional<String> limit() {
    var hit = clause.find(NAMED);
    if (hit.isEmpty()) {
      return Optional.empty();
    }
    var item = hit.get().items().getLast();
    clause = clause.without(hit.get());
    String name =
        item.meaning() instanceof Meaning.Unknown(String text, List<String> _)
            ? text
            : item.meaning().shape();
    grounds.add(name, item, "limit");
    return Optional.of(name);
  }

  private Settings settings() {
    var parallel = one(Meaning.Parallel.class, "numbers of concurrent requests");
    fromTo();
    old();
    by();
    var rate = one(Meaning.Rate.class, "rates");
    var window = one(Meaning.Window.class, "windows").flatMap(this::windowSeconds);
    var requests = requests(rate, parallel, window.isPresent());
    var ofRate = rate.flatMap(this::rateWindow);
    if (rate.isPresent() && window.isPresent() && !ofRate.equals(window)) {
      doubts.ask("There are two windows: which one is meant?");
    }
    if (parallel.isPresent() && (rate.isPresent() || window.isPresent())) {
      doubts.ask("A limit on concurrent requests has no window: which of the two is meant?");
    }
    return new Settings(
        requests, ofRate.or(() -> window), burst(), algorithm(parallel), mode(), fallback());
  }

  /** "from 100 rps to 200 rps": the first is what was, and must fit the direction. */
  private void fromTo() {
    var hit = clause.find(FROM_TO);
    if (hit.isEmpty()) {
      return;
    }
    var items = hit.get().items();
    if (!items.getFirst().is("from")) {
      doubts.ask("That is a range: which one limit shall hold?");
    }
    var old = perSecond(items.get(items.size() - 3));
    var fresh = perSecond(items.getLast());
    clause = clause.replace(hit.get(), List.of(items.getLast()));
    var directions = new Directions(clause, doubts, grounds);
    if (old.isEmpty() || fresh.isEmpty()) {
      return;
    }
    int step = fresh.get().compareTo(old.get());
    if (step == 0 || (directions.up() && step < 0) || (directions.down() && step > 0)) {
      doubts.ask("The direction contradicts the numbers: which limit shall hold afterwards?");
    }
  }

  private void old() {
    if (clause.has(rule("from (?:<rate>|<num>|<count>|<parallel>)"))) {
      doubts.ask("From which limit to which one?");
    }
  }

  private static Optional<BigDecimal> perSecond(Item item) {
    return switch (item.meaning()) {
      case Meaning.Rate(BigDecimal requests, BigDecimal millis) when millis.signum() > 0 ->
          Optional.of(requests.divide(millis, MathContext.DECIMAL128));
      case Meaning.Parallel(BigDecimal requests) -> Optional.of(requests);
      default -> Optional.empty();
    };
  }

  private void by() {
    if (clause.has(BY)) {
      doubts.ask("By how many percent, or to which rate? A difference in requests isn't enough.");
    }
  }

  private <M extends Meaning> Optional<Item> one(Class<M> kind, String what) {
    var all = clause.all(kind);
    if (all.stream().map(Item::meaning).distinct().count() > 1) {
      doubts.ask("There are two " + what + ": which one shall hold?");
    }
    return all.stream().findFirst();
  }

  private Optional<Long> requests(Optional<Item> rate, Optional<Item> parallel, boolean windowed) {
    var bare =
        one(Meaning.Count.class, "numbers of requests").or(() -> one(Meaning.Num.class, "numbers"));
    if (bare.isPresent() && (rate.isPresent() || parallel.isPresent() || !windowed)) {
      doubts.ask(
          "%s requests in which window: per second, minute, hour or day?"
              .formatted(Amounts.plain(number(bare.get()))));
      // An invalid number is refused even though its unit is missing.
      amounts.requests(number(bare.get()), "a limit");
      return Optional.empty();
    }
    var item = rate.or(() -> parallel).or(() -> bare);
    var requests = item.flatMap(i -> amounts.requests(number(i), "a limit"));
    requests.ifPresent(
        r -> grounds.add(r.toString(), item.orElseThrow(), Meaning.Num.class, "number"));
    return requests;
  }

  private static BigDecimal number(Item item) {
    return switch (item.meaning()) {
      case Meaning.Rate(BigDecimal requests, BigDecimal _) -> requests;
      case Meaning.Parallel(BigDecimal requests) -> requests;
      case Meaning.Count(BigDecimal requests) -> requests;
      case Meaning.Burst(BigDecimal requests) -> requests;
      case Meaning.Num(BigDecimal value) -> value;
      default -> throw new IllegalArgumentException("not a number: " + item);
    };
  }

  private Optional<Long> rateWindow(Item rate) {
    if (!(rate.meaning() instanceof Meaning.Rate(BigDecimal _, BigDecimal millis))) {
      return Optional.empty();
    }
    var seconds = amounts.window(millis);
    var unit =
        rate.first(Meaning.Duration.class)
            .or(() -> rate.first(Meaning.Unit.class))
            .or(() -> rate.first(Meaning.Per.class))
            .orElse(rate);
    seconds.ifPresent(s -> grounds.add(s.toString(), unit, "unit"));
    return seconds;
  }

  private Optional<Long> windowSeconds(Item item) {
    if (!(item.meaning() instanceof Meaning.Window(BigDecimal millis))) {
      return Optional.empty();
    }
    var seconds = amounts.window(millis);
    seconds.ifPresent(s -> grounds.add(s.toString(), item, Meaning.Duration.class, "duration"));
    return seconds;
  }

  private Optional<Long> burst() {
    var item = one(Meaning.Burst.class, "bursts");
    var burst = item.flatMap(i -> amounts.burst(number(i)));
    burst.ifPresent(
        b -> grounds.add(b.toString(), item.orElseThrow(), Meaning.Num.class, "number"));
    return burst;
  }

  private Optional<LimitAlgorithm> algorithm(Optional<Item> parallel) {
    var item = one(Meaning.Counting.class, "algorithms");
    if (parallel.isPresent()) {
      item.ifPresent(i -> doubts.ask("A limit on concurrent requests has no other algorithm."));
      grounds.add(LimitAlgorithm.CONCURRENCY.word(), parallel.get(), "algorithm");
      return Optional.of(LimitAlgorithm.CONCURRENCY);
    }
    return item.flatMap(i -> {
      if (!(i.meaning() instanceof Meaning.Counting(LimitAlgorithm algorithm))) {
        return Optional.empty();
      }
      grounds.add(algorithm.word(), i, "algorithm");
      return Optional.of(algorithm);
    });
  }

  private Optional<EnforcementMode> mode() {
    var item = one(Meaning.Enforcing.class, "modes");
    if (item.isPresent()
        && item.get().meaning() instanceof Meaning.Enforcing(EnforcementMode mode)) {
      grounds.add(mode.word(), item.get(), "mode");
      return Optional.of(mode);
    }
    return Optional.empty();
  }

  private Optional<BackendFailureMode> fallback() {
    var item = one(Meaning.Fallback.class, "fallbacks");
    if (item.isPresent()
        && item.get().meaning() instanceof Meaning.Fallback(BackendFailureMode then)) {
      grounds.add(then.word(), item.get(), "fallback");
      return Optional.of(then);
    }
    return Optional.empty();
  }

  private static List<Optional<String>> orAny(List<Optional<String>> values) {
    return values.isEmpty() ? List.of(Optional.empty()) : values;
  }
}
