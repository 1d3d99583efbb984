package dev.deployclaw.core.task;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a request means: closed, flat, and the same for each planner. Several operations are one
 * change, done or not done as a whole; the first one is the intent's, and a change names its own
 * where that differs.
 *
 * @param target an execution id or {@code last}; only for {@code rollback}
 * @param grounding where in the request each value stands
 */
public record Intent(
    TaskOperation operation,
    Optional<String> target,
    List<RequestedChange> changes,
    Guards guards,
    Schedule schedule,
    List<Grounding> grounding) {

  public Intent {
    if (changes.stream().anyMatch(c -> c.operation().isPresent())) {
      var stated = operation;
      var first = changes.getFirst().operation().orElse(operation);
      changes =
          changes.stream()
              .map(c -> c.by(c.operation().or(() -> Optional.of(stated)).filter(o -> o != first)))
              .toList();
      operation = first;
    }
    changes = List.copyOf(changes);
    grounding = List.copyOf(grounding);
  }

  /** The same with other places of its values. */
  public Intent grounded(List<Grounding> places) {
    return new Intent(operation, target, changes, guards, schedule, places);
  }

  /** The same with other changes, and without places. */
  public Intent with(List<RequestedChange> others) {
    return new Intent(operation, target, others, guards, schedule, List.of());
  }

  /** The same at other times, and without places. */
  public Intent at(Schedule other) {
    return new Intent(operation, target, changes, guards, other, List.of());
  }

  public TaskOperation operationOf(RequestedChange change) {
    return change.operation().orElse(operation);
  }

  /** Each once, the first one first. */
  public List<TaskOperation> operations() {
    return Stream.concat(Stream.of(operation), changes.stream().map(this::operationOf))
        .distinct()
        .toList();
  }

  /** Its operations for people: {@code block and set-limit}. */
  public String operationWords() {
    return operations().stream().map(TaskOperation::word).collect(Collectors.joining(" and "));
  }

  /** Names that were read in spite of their spelling. */
  public List<String> corrected() {
    return grounding.stream()
        .filter(g -> g.rule().startsWith("typo"))
        .map(Grounding::value)
        .distinct()
        .toList();
  }

  /** Whether it names a tenant as one that is changed or copied from; a label names no tenant. */
  public boolean names(String tenant) {
    return changes.stream()
        .anyMatch(c -> c.who().tenants().contains(tenant) || c.from().equals(Optional.of(tenant)));
  }

  /**
   * Conditions on how the change is carried out. Absent: the configured default.
   *
   * @param canaryPercent who has it first
   * @param widenPercent who has it next, and so on, before everybody has it
   * @param bakeSeconds how long it is watched after each of these, and after the last
   */
  public record Guards(
      Optional<Approval> approval,
      boolean dryRun,
      Optional<Integer> canaryPercent,
      List<Integer> widenPercent,
      Optional<Long> bakeSeconds,
      Optional<Long> maxP99Millis) {
    public static final Guards NONE =
        new Guards(
            Optional.empty(),
            false,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty());

    public Guards {
      widenPercent = List.copyOf(widenPercent);
    }

    /** Whether it waits for an approval even if the gate's rules would pass it. */
    public boolean manual() {
      return approval.filter(a -> a == Approval.MANUAL).isPresent();
    }

    /** Each share in order; empty where everybody has it at once. */
    public List<Integer> percents() {
      return Stream.concat(canaryPercent.stream(), widenPercent.stream()).toList();
    }

    public enum Approval {
      AUTO,
      MANUAL
    }
  }

  /**
   * When it begins and ends; an end is one of both, or none.
   *
   * @param startAt an RFC 3339 instant as it was written
   * @param revertAfterSeconds counted from its commit
   * @param revertAt an RFC 3339 instant as it was written
   */
  public record Schedule(
      Optional<String> startAt, Optional<Long> revertAfterSeconds, Optional<String> revertAt) {
    public static final Schedule NONE =
        new Schedule(Optional.empty(), Optional.empty(), Optional.empty());

    public Schedule {
      if (revertAfterSeconds.isPresent() && revertAt.isPresent()) {
        throw new IllegalArgumentException("two ends: revertAfterSeconds and revertAt");
      }
    }

    /** From its beginning to its end, where both are said. */
    public Optional<Long> spanMillis() {
      return startAt.flatMap(from ->
          revertAt.map(to ->
              Duration.between(OffsetDateTime.parse(from), OffsetDateTime.parse(to)).toMillis()));
    }

    /** Whether it is to be taken back by itself. */
    public boolean ends() {
      return revertAfterSeconds.isPresent() || revertAt.isPresent();
    }
  }

  /**
   * Where a value comes from.
   *
   * @param value what is in the intent
   * @param from first character in the request, counted from 0
   * @param to one past the last
   * @param rule how it was derived, for example {@code number}, {@code double}, {@code typo}
   */
  public record Grounding(String value, int from, int to, String rule) {}
}
