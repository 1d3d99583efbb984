package dev.deployclaw.core.planner;

import static dev.deployclaw.core.planner.Phrase.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Divides a phrase into one clause for each change, and completes the clauses from each other:
 * "northwind: 20 rps on orders and 5 rps on reports" says northwind twice. Pure.
 */
final class Clauses {
  static final Pattern DIRECTION = rule(Directions.UP + "|" + Directions.DOWN);
  private static final Set<String> SEPARATORS =
      Set.of(
          ",", ";", ".", "!", "?", "and", "&", "then", "while", "whereas", "plus", "also", "but");
  private static final List<Class<? extends Meaning>> AMOUNTS =
      List.of(
          Meaning.Rate.class,
          Meaning.Count.class,
          Meaning.Parallel.class,
          Meaning.Num.class,
          Meaning.Factor.class,
          Meaning.Percent.class);
  private static final List<Class<? extends Meaning>> OTHERS =
      List.of(
          Meaning.Burst.class,
          Meaning.Window.class,
          Meaning.Counting.class,
          Meaning.Enforcing.class,
          Meaning.Fallback.class);
  private static final List<Class<? extends Meaning>> PLACES =
      List.of(
          Meaning.Group.class,
          Meaning.Targets.class,
          Meaning.Overall.class,
          Meaning.Route.class,
          Meaning.Method.class);

  private Clauses() {}

  static List<Phrase> of(Phrase phrase) {
    var clauses = lines(phrase).stream().flatMap(line -> merge(segments(line)).stream()).toList();
    return complete(fill(clauses));
  }

  /** Whether a phrase sets anything. */
  static boolean sets(Phrase phrase) {
    return AMOUNTS.stream().anyMatch(phrase::has) || OTHERS.stream().anyMatch(phrase::has);
  }

  private static List<Phrase> segments(Phrase phrase) {
    return Piece.words(
        phrase,
        item -> item.meaning() instanceof Meaning.Word(String word) && SEPARATORS.contains(word));
  }

  /**
   * Lines, or what stands between semicolons, where more than one says for whom or where, and how
   * much: nothing of one belongs to another. Else the phrase itself.
   */
  private static List<Phrase> lines(Phrase phrase) {
    var lines = Piece.words(phrase, item -> item.is(";"));
    boolean listed =
        lines.stream().filter(l -> sets(l) && PLACES.stream().anyMatch(l::has)).count() > 1;
    return listed ? lines : List.of(phrase);
  }

  private static List<Phrase> merge(List<Phrase> segments) {
    var clauses = new ArrayList<Phrase>();
    for (int i = 0; i < segments.size(); i++) {
      var segment = segments.get(i);
      if (clauses.isEmpty() || starts(clauses.getLast(), segment, setting(segments, i + 1))) {
        clauses.add(segment);
      } else {
        clauses.set(clauses.size() - 1, together(clauses.getLast(), segment.items()));
      }
    }
    return clauses;
  }

  /** What comes from there on, up to and with the first that sets something. */
  private static Optional<Phrase> setting(List<Phrase> segments, int from) {
    var next = new Phrase(List.of());
    for (Phrase segment : segments.subList(from, segments.size())) {
      next = together(next, segment.items());
      if (sets(segment)) {
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  /** Whether a segment begins a clause of its own beside the one that is open. */
  private static boolean starts(Phrase open, Phrase segment, Optional<Phrase> next) {
    if (placed(open) && placed(segment)) {
      return true;
    }
    if (sets(segment)) {
      return conflict(open, segment) || (sets(open) && samePlaces(open, segment));
    }
    boolean places = PLACES.stream().anyMatch(segment::has);
    return places
        && sets(open)
        && next.filter(n -> conflict(open, n) && !samePlaces(segment, n)).isPresent();
  }

  private static boolean placed(Phrase phrase) {
    return phrase.has(Meaning.Group.class) && phrase.has(Meaning.Targets.class);
  }

  private static boolean conflict(Phrase open, Phrase segment) {
    boolean amounts =
        AMOUNTS.stream().anyMatch(open::has) && AMOUNTS.stream().anyMatch(segment::has);
    return amounts || OTHERS.stream().anyMatch(kind -> differ(open.all(kind), segment.all(kind)));
  }

  private static boolean differ(List<Item> open, List<Item> more) {
    return !open.isEmpty()
        && more.stream().anyMatch(i -> !i.meaning().equals(open.getFirst().meaning()));
  }

  private static boolean samePlaces(Phrase a, Phrase b) {
    return (a.has(Meaning.Group.class) && b.has(Meaning.Group.class))
        || (a.has(Meaning.Targets.class) && b.has(Meaning.Targets.class));
  }

  /** A clause that sets nothing takes what the next one sets, else the one before. */
  private static List<Phrase> fill(List<Phrase> clauses) {
    var out = new ArrayList<Phrase>(clauses);
    for (int i = 0; i < out.size(); i++) {
      if (sets(out.get(i)) || out.size() == 1) {
        continue;
      }
      var from = after(clauses, i, Clauses::sets);
      var giver = from.isPresent() ? from : before(out, i, Clauses::sets);
      if (giver.isPresent()) {
        out.set(i, together(out.get(i), values(giver.get())));
      }
    }
    return out;
  }

  private static List<Phrase> complete(List<Phrase> clauses) {
    var out = new ArrayList<Phrase>();
    for (int i = 0; i < clauses.size(); i++) {
      var clause = direction(clauses.get(i), out);
      out.add(group(services(clause, clauses, out, i), clauses, out, i));
    }
    return out;
  }

  /** "raise a by 20% and b by 10%": the verb counts for both. */
  private static Phrase direction(Phrase clause, List<Phrase> before) {
    boolean lacks = clause.has(Meaning.Percent.class) && !clause.has(DIRECTION);
    if (!lacks || before.isEmpty()) {
      return clause;
    }
    return before.getLast().find(DIRECTION).map(h -> together(clause, h.items())).orElse(clause);
  }

  private static Phrase group(Phrase clause, List<Phrase> all, List<Phrase> done, int i) {
    if (clause.has(Meaning.Group.class)) {
      return clause;
    }
    var giver = before(done, i, p -> p.has(Meaning.Group.class));
    var from = giver.isPresent() ? giver : after(all, i, p -> p.has(Meaning.Group.class));
    return from.map(p -> together(clause, p.all(Meaning.Group.class))).orElse(clause);
  }

  /** A clause with a service of its own has no other; "overall" means that it wants none. */
  private static Phrase services(Phrase clause, List<Phrase> all, List<Phrase> done, int i) {
    boolean placed =
        clause.has(Meaning.Targets.class)
            || clause.has(Meaning.Overall.class)
            || clause.has(Meaning.Route.class);
    if (placed) {
      return clause;
    }
    var giver = before(done, i, p -> p.has(Meaning.Targets.class));
    var from = giver.isPresent() ? giver : after(all, i, Clauses::placed);
    return from.map(p -> together(clause, p.all(Meaning.Targets.class))).orElse(clause);
  }

  private static Optional<Phrase> before(List<Phrase> clauses, int i, Predicate<Phrase> fits) {
    for (int j = Math.min(i, clauses.size()) - 1; j >= 0; j--) {
      if (fits.test(clauses.get(j))) {
        return Optional.of(clauses.get(j));
      }
    }
    return Optional.empty();
  }

  private static Optional<Phrase> after(List<Phrase> clauses, int i, Predicate<Phrase> fits) {
    return clauses.stream().skip(i + 1L).filter(fits).findFirst();
  }

  private static List<Item> values(Phrase phrase) {
    return phrase.items().stream()
        .filter(item -> PLACES.stream().noneMatch(kind -> kind.isInstance(item.meaning())))
        .toList();
  }

  private static Phrase together(Phrase phrase, List<Item> more) {
    var items = new ArrayList<>(phrase.items());
    items.addAll(more);
    return new Phrase(items);
  }
}
