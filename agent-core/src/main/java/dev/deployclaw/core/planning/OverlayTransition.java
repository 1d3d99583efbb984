package dev.deployclaw.core.planning;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.overlay.PolicyProvenance;
import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Schedule;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.parse.PolicyOrigin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What becomes of overlays in a step from what is committed to what is planned. */
record OverlayTransition(PolicyProvenance before, PolicyProvenance.Step step) {
  private static final int MOST_NAMED = 5;

  PolicyProvenance after(String execution, TaskRequest request, Intent intent) {
    long at = request.received().toEpochMilli();
    return before.after(
        step,
        new Overlay.By(execution, request.requester(), at, request.text(), end(intent.schedule())));
  }

  private static Optional<Overlay.End> end(Schedule schedule) {
    var lasts =
        schedule
            .revertAfterSeconds()
            .<Overlay.End>map(s -> new Overlay.End.AfterCommit(Duration.ofSeconds(s)));
    return lasts.or(() ->
        schedule
            .revertAt()
            .map(Instant::parse)
            .map(until -> new Overlay.End.At(until.toEpochMilli())));
  }

  /**
   * Why a change can't have an end: when its time is over, its tenants go back to what their
   * sources say, so they need one, and nothing else may lie over it. Empty where it can.
   */
  Optional<String> endless(Intent intent, Map<String, String> fresh, Instant now) {
    if (!intent.schedule().ends()) {
      return Optional.empty();
    }
    var past =
        intent.schedule().revertAt().map(Instant::parse).filter(until -> !until.isAfter(now));
    if (past.isPresent()) {
      return Optional.of(
          past.get() + ", its end time, has passed: give a later one, or leave it out");
    }
    var nowhere =
        fresh.entrySet().stream().filter(e -> e.getValue().isEmpty()).map(Map.Entry::getKey);
    var homeless = nowhere.limit(MOST_NAMED).toList();
    if (!homeless.isEmpty()) {
      return Optional.of(
          ("no source defines %s, so there is no policy to return to at the end: ask "
                  + "without an end time")
              .formatted(String.join(", ", homeless)));
    }
    return before.effective(step.from(), step.sources()).stream()
        .filter(o -> o.tenants().keySet().stream().anyMatch(fresh::containsKey))
        .findFirst()
        .map(o ->
            ("at the end this would be taken back, too: %s; apply it to the source "
                    + "first, or ask without an end time")
                .formatted(o.text()));
  }

  /**
   * @param fresh tenants that the request itself changes beside their sources
   */
  ChangePlan.Overlaid between(TaskOperation operation, SortedMap<String, String> fresh) {
    var added = new TreeMap<String, String>();
    fresh.keySet().forEach(tenant -> added.put(tenant, source(tenant)));
    List<Overlay> removed =
        operation == TaskOperation.APPLY_POLICIES ? before.removed(step) : List.of();
    return new ChangePlan.Overlaid(added, removed);
  }

  /**
   * Why the change can't open: one transaction writes where its policies come from, and with it
   * what is due to be written back. Empty where it can.
   */
  static Optional<String> tooMuch(PolicyProvenance after, String execution, boolean writesBack) {
    int due = writesBack ? after.of(execution).bytes().length : 0;
    int bytes = after.bytes().length + due;
    return bytes > PolicyProvenance.MOST_BYTES
        ? Optional.of(
            ("the overlays over the sources would need %d bytes, and the limit is %d: "
                    + "ask for fewer tenants at a time, or change the sources and apply them")
                .formatted(bytes, PolicyProvenance.MOST_BYTES))
        : Optional.empty();
  }

  /** Whether one of the documents that are lain over is to be written back to. */
  static boolean writesBack(ChangePlan.Overlaid overlaid, Map<String, CallOutcome> looks) {
    var documents =
        Optional.ofNullable(looks.get("sources.read"))
            .map(SourceReports::documents)
            .orElseGet(Map::of);
    return overlaid.added().values().stream()
        .flatMap(source -> Optional.ofNullable(documents.get(source)).stream())
        .anyMatch(document -> document.facts().containsKey(SourceReports.WRITE_BACK));
  }

  private String source(String tenant) {
    return step.sources().origin(tenant).map(PolicyOrigin::source).orElse("");
  }
}
