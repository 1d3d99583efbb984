package dev.deployclaw.core.change.probe;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.change.probe.HeartbeatReport.Point;
import dev.deployclaw.core.change.probe.HeartbeatReport.State;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.CohortSplit;
import dev.deployclaw.core.ledger.EnforcedState;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Proves that every enforcement point decides by the committed epoch and counts in the Redis that
 * the agent knows. It writes nothing but the counters of its synthetic requests, which no other
 * heartbeat has, so that any number of agents may do it. Needs no leadership and leaves no log.
 */
public record HeartbeatCheck(AgentPorts ports, AgentSettings settings, ChangeStore store) {
  /**
   * Of what is committed; while a candidate is on trial, of one side of its cohort by turns.
   *
   * @param within the longest that the synthetic requests may take, and again the look at Redis
   */
  public HeartbeatReport beat(Duration within) throws InterruptedException {
    var before = store.ledger().base();
    String id = name();
    var now = new EnforcedState(store).now(id);
    if (now.activation().isEmpty()) {
      return HeartbeatReport.unknown(now.lost().reason());
    }
    if (now.activation().get().set().tenants().isEmpty()) {
      return new HeartbeatReport("", now.activation().get().epoch(), List.of());
    }
    var sides = CohortSplit.of(now.activation().get());
    var side = sides.get(Math.floorMod(id.hashCode(), sides.size()));
    var heard = heard(side, within);
    return heard.reason().isEmpty()
        ? judged(before.epoch(), heard.reports(), within, moving(before))
        : HeartbeatReport.unknown(heard.reason());
  }

  /** Of one side of a change that this agent watches: nothing of it may be moving. */
  public HeartbeatReport beat(EpochSpec side, Duration within) throws InterruptedException {
    var heard = heard(side.named(name()), within);
    return heard.reason().isEmpty()
        ? judged(side.epoch(), heard.reports(), within, Set.of())
        : HeartbeatReport.unknown(heard.reason());
  }

  /** Of one beat alone, and so are the counters of its requests. */
  private static String name() {
    return "heartbeat-" + UUID.randomUUID();
  }

  /** What the points said, or why they could not be asked. */
  private record Heard(String reason, List<MemberReport> reports) {}

  private Heard heard(EpochSpec side, Duration within) throws InterruptedException {
    if (!side.set().probeKey().equals(settings.probeKey())) {
      // under a key that nobody knows they would be ordinary requests, at the tenants' cost
      return unheard(
          "epoch "
              + side.epoch()
              + " was committed by an agent with another probe key; let that agent "
              + "monitor it, or give all agents the same probe key file");
    }
    var probe = ports.executors().named("probe");
    if (probe.isEmpty()) {
      return unheard("nothing can send synthetic requests here");
    }
    return switch (ports
        .calls()
        .one(probe.get(), new ExecutorCall.Heartbeat(side), CallContext.looking(), within)) {
      case CallOutcome.Failed(var fault) -> unheard(fault.reason());
      case CallOutcome.Done(var reports, var _) -> new Heard("", reports);
    };
  }

  private static Heard unheard(String reason) {
    return new Heard(reason, List.of());
  }

  private HeartbeatReport judged(
      long epoch, List<MemberReport> reports, Duration within, Set<String> moving)
      throws InterruptedException {
    var counted = counted(reports, within);
    var points = reports.stream().map(r -> point(r, counted, moving)).toList();
    return new HeartbeatReport("", epoch, points);
  }

  /** What the agent's own Redis says of the counters. */
  private record Counted(Set<String> present, Set<String> absent, String trouble, boolean denied) {
    static Counted nowhere(String trouble, boolean denied) {
      return new Counted(Set.of(), Set.of(), trouble, denied);
    }
  }

  private Counted counted(List<MemberReport> reports, Duration within) throws InterruptedException {
    var keys = reports.stream().flatMap(r -> key(r).stream()).toList();
    var redis = ports.executors().named("redis");
    if (keys.isEmpty() || redis.isEmpty()) {
      return Counted.nowhere("no Redis node is known", false);
    }
    return counted(redis.get(), keys, within);
  }

  private Counted counted(BackendExecutor redis, List<String> keys, Duration within)
      throws InterruptedException {
    var look = new ExecutorCall.Look("counters", Map.of("keys", keys));
    return switch (ports.calls().one(redis, look, CallContext.looking(), within)) {
      case CallOutcome.Failed(var fault) ->
          Counted.nowhere(fault.reason(), fault instanceof CallFault.Denied);
      case CallOutcome.Done(var nodes, var _) -> {
        var trouble = nodes.stream().filter(n -> n.answer() != Answer.YES).findFirst();
        yield new Counted(
            named(nodes, "present"),
            named(nodes, "absent"),
            trouble.map(n -> n.member() + ": " + n.reason()).orElse("its slot has no owner"),
            trouble.filter(MemberReport::denied).isPresent());
      }
    };
  }

  private static Set<String> named(List<MemberReport> nodes, String fact) {
    var out = new HashSet<String>();
    for (var node : nodes) {
      if (node.facts().get(fact) instanceof List<?> keys) {
        keys.forEach(key -> out.add(String.valueOf(key)));
      }
    }
    return out;
  }

  /** The epochs between which points may be now; one where no change is under way. */
  private Set<String> moving(BaseEpoch before) throws InterruptedException {
    var after = store.ledger().base();
    var open = store.ledger().open();
    var change =
        open.isEmpty() ? Optional.<StoredExecution>empty() : store.ledger().read(open.get());
    var epochs =
        Stream.concat(
            Stream.of(before.epoch(), after.epoch()),
            change.stream()
                .map(StoredExecution::execution)
                .flatMap(x -> Stream.of(x.epoch(), x.base().epoch())));
    return Set.copyOf(epochs.map(String::valueOf).distinct().toList());
  }

  private static Point point(MemberReport said, Counted counted, Set<String> moving) {
    var report = said.asLook();
    return switch (report.answer()) {
      case NO -> {
        boolean between = moving.contains(String.valueOf(report.facts().get("epoch")));
        yield point(report, between ? State.CHANGING : State.NOT_ENFORCED, report.reason());
      }
      case UNKNOWN -> point(report, State.UNKNOWN, report.reason());
      case SKIPPED -> point(report, State.UNLIMITED, report.reason());
      case YES -> passed(report, counted);
    };
  }

  private static Point passed(MemberReport report, Counted counted) {
    var key = key(report);
    if (key.isEmpty() || counted.present().contains(key.get())) {
      return point(report, State.OK, "");
    }
    return counted.absent().contains(key.get())
        ? point(
            report,
            State.NOT_ENFORCED,
            "counts in another Redis: its counters are in no Redis that the agent knows")
        : new Point(
            report.member(),
            State.UNKNOWN,
            "it is unknown whether it counts: " + counted.trouble(),
            micros(report),
            counted.denied());
  }

  private static Point point(MemberReport report, State state, String reason) {
    return new Point(report.member(), state, reason, micros(report), report.denied());
  }

  private static long micros(MemberReport report) {
    return report.facts().get("micros") instanceof Number n ? n.longValue() : 0;
  }

  private static Optional<String> key(MemberReport report) {
    return Optional.ofNullable(report.facts().get("counter")).map(String::valueOf);
  }
}
