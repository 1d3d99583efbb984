package dev.deployclaw.core.language.evaluation;

import dev.deployclaw.core.language.evaluation.EvaluatedCase.WrongReading;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How well requests were understood: a row for each kind, and one for all. */
public record EvaluationTable(List<EvaluatedCase> cases) {
  private static final String ALL = "all";
  private static final String SILENT = "silent";
  private static final double PERCENT = 100;

  public EvaluationTable {
    cases = List.copyOf(cases);
  }

  /**
   * What is counted of some requests.
   *
   * @param suggested questions whose suggestion is right
   * @param misled questions whose suggestion is something else
   * @param outcome plans, questions and refusals where there should be one
   * @param held plans that wait for an approval
   * @param stopped right plans that the judge stops
   */
  public record Row(
      String kind,
      long requests,
      long exact,
      long suggested,
      long misled,
      long outcome,
      long unasked,
      long held,
      long stopped,
      long wrong,
      long caught) {}

  /** In the order of their first requests. */
  public List<Row> kinds() {
    return cases.stream()
        .map(c -> c.sample().kind())
        .distinct()
        .map(kind -> row(kind, cases.stream().filter(c -> c.sample().kind().equals(kind)).toList()))
        .toList();
  }

  public Row all() {
    return row(ALL, cases);
  }

  /** What was understood in another way than expected. */
  public List<EvaluatedCase> others() {
    return cases.stream().filter(c -> !c.exact()).toList();
  }

  private static Row row(String kind, List<EvaluatedCase> some) {
    var wrong = some.stream().flatMap(c -> c.wrong().stream()).toList();
    return new Row(
        kind,
        some.size(),
        count(some, EvaluatedCase::exact),
        count(some, EvaluatedCase::suggested),
        count(some, EvaluatedCase::misled),
        count(some, EvaluatedCase::outcome),
        count(some, EvaluatedCase::unasked),
        count(some, EvaluatedCase::held),
        count(some, EvaluatedCase::stopped),
        wrong.size(),
        count(wrong, WrongReading::caught));
  }

  private static <T> long count(List<T> all, Predicate<T> which) {
    return all.stream().filter(which).count();
  }

  /** Corrupted readings by what was done to them: made, and caught. */
  public SortedMap<String, List<Long>> corruptions() {
    var out = new TreeMap<String, List<Long>>();
    for (var wrong : cases.stream().flatMap(c -> c.wrong().stream()).toList()) {
      out.merge(
          wrong.kind(),
          List.of(1L, wrong.caught() ? 1L : 0L),
          (a, b) -> List.of(a.getFirst() + b.getFirst(), a.getLast() + b.getLast()));
    }
    return out;
  }

  /** The sum of a fact that models report, such as {@code input_tokens}. */
  public long sum(String fact) {
    return cases.stream()
        .map(c -> c.facts().get(fact))
        .mapToLong(value -> value instanceof Number n ? n.longValue() : 0)
        .sum();
  }

  /** How the model's readings compared with ours, by the log's words. */
  public SortedMap<String, Long> comparisons() {
    return cases.stream()
        .flatMap(c -> Stream.ofNullable(c.facts().get("comparison")))
        .collect(Collectors.groupingBy(String::valueOf, TreeMap::new, Collectors.counting()));
  }

  /** Whether a model was asked and never gave an answer of use. */
  public boolean silent() {
    return comparisons().keySet().equals(Set.of(SILENT));
  }

  /** The time within which this share of the requests was answered; 0 where there are none. */
  public long nanos(int percent) {
    var sorted = cases.stream().map(EvaluatedCase::nanos).sorted().toList();
    int rank = (int) Math.ceil(sorted.size() * percent / PERCENT);
    return sorted.isEmpty() ? 0 : sorted.get(Math.max(0, rank - 1));
  }
}
