package dev.deployclaw.core.fake;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.EstateQuestion.Scope;
import dev.deployclaw.core.language.EstateQuestion.Topic;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.core.task.Intent.Schedule;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.TaskOperation;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The few requests that tests make: {@code apply}, {@code apply manually}, {@code only TENANT}
 * (applies its policy), {@code double TENANT OTHER N} (scales one and sets the other), {@code dry},
 * {@code set TENANT N} (requests a minute for orders; with {@code canary P ...} and {@code bake S}
 * behind it), {@code back}, {@code repair}, {@code snapshot}, {@code show TOPIC TENANT} (asks about
 * the estate); anything else is a question.
 */
public final class TestRequests {
  private TestRequests() {}

  static Interpretation understand(String text) {
    String[] words = text.split(" ");
    return switch (read(words)) {
      case Interpretation.Planned(Intent i) ->
          new Interpretation.Planned(
              new Intent(
                  i.operation(), i.target(), i.changes(), i.guards(), schedule(words), List.of()));
      case Interpretation.Refused refused -> refused;
      case Interpretation.NeedsClarification unclear -> unclear;
      case Interpretation.Inquiry inquiry -> inquiry;
    };
  }

  /** {@code at INSTANT} says when it begins, {@code for SECONDS} or {@code until INSTANT} ends. */
  private static Schedule schedule(String[] words) {
    return new Schedule(
        behind(words, "at"), numbers(words, "for").findFirst(), behind(words, "until"));
  }

  private static Optional<String> behind(String[] words, String word) {
    int at = List.of(words).indexOf(word);
    return at < 0 ? Optional.empty() : Optional.of(words[at + 1]);
  }

  private static Interpretation read(String[] words) {
    return switch (words[0]) {
      case "apply" -> planned(TaskOperation.APPLY_POLICIES, List.of(), guards(words));
      case "only" -> planned(TaskOperation.APPLY_POLICIES, List.of(whole(words[1])), guards(words));
      case "dry" -> planned(TaskOperation.APPLY_POLICIES, List.of(), guards(words));
      case "set" ->
          planned(
              TaskOperation.SET_LIMIT,
              List.of(set(words[1], Long.parseLong(words[2]))),
              guards(words),
              schedule(words));
      case "double" ->
          planned(
              TaskOperation.SCALE_LIMIT,
              List.of(
                  twice(words[1]),
                  set(words[2], Long.parseLong(words[3])).by(Optional.of(TaskOperation.SET_LIMIT))),
              guards(words));
      case "back" -> planned(TaskOperation.ROLLBACK, List.of(), guards(words));
      case "repair" -> planned(TaskOperation.REPAIR_DRIFT, List.of(), guards(words));
      case "scan" -> planned(TaskOperation.SCAN, List.of(), guards(words));
      case "snapshot" -> planned(TaskOperation.SNAPSHOT, List.of(), guards(words));
      case "show" ->
          new Interpretation.Inquiry(
              new EstateQuestion(
                  Topic.ofWord(words[1]).orElseThrow(),
                  Scope.of(List.of(words[2]), Optional.empty())));
      case "destroy" -> new Interpretation.Refused("out of scope");
      default -> Interpretation.NeedsClarification.of(List.of("What is meant?"));
    };
  }

  public static RequestedChange set(String tenant, long requests) {
    return new RequestedChange(
        new RequestedChange.Who(List.of(tenant), new TreeMap<>(), false, List.of()),
        Optional.of("orders"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        new RequestedChange.Settings(
            Optional.of(requests),
            Optional.of(60L),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        Optional.empty(),
        Optional.empty());
  }

  private static RequestedChange twice(String tenant) {
    var orders = set(tenant, 1);
    return new RequestedChange(
        orders.who(),
        orders.service(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        RequestedChange.Settings.NONE,
        Optional.of(BigDecimal.TWO),
        Optional.empty());
  }

  private static RequestedChange whole(String tenant) {
    return new RequestedChange(
        new RequestedChange.Who(List.of(tenant), new TreeMap<>(), false, List.of()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        RequestedChange.Settings.NONE,
        Optional.empty(),
        Optional.empty());
  }

  private static Interpretation planned(
      TaskOperation operation, List<RequestedChange> changes, Guards guards) {
    return planned(operation, changes, guards, Schedule.NONE);
  }

  private static Interpretation planned(
      TaskOperation operation, List<RequestedChange> changes, Guards guards, Schedule schedule) {
    return new Interpretation.Planned(
        new Intent(operation, Optional.empty(), changes, guards, schedule, List.of()));
  }

  private static Guards guards(String[] words) {
    boolean manual = words[words.length - 1].equals("manually");
    return new Guards(
        manual ? Optional.of(Guards.Approval.MANUAL) : Optional.empty(),
        words[0].equals("dry"),
        numbers(words, "canary").map(Math::toIntExact).findFirst(),
        numbers(words, "canary").map(Math::toIntExact).skip(1).toList(),
        numbers(words, "bake").findFirst(),
        numbers(words, "p99").findFirst());
  }

  /** The numbers right behind a word. */
  private static Stream<Long> numbers(String[] words, String after) {
    int at = List.of(words).indexOf(after);
    return at < 0
        ? Stream.empty()
        : Stream.of(words).skip(at + 1).takeWhile(w -> w.matches("\\d+")).map(Long::valueOf);
  }
}
