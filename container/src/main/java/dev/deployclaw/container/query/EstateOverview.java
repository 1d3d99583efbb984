package dev.deployclaw.container.query;

import dev.deployclaw.container.health.BackendHealthMonitor;
import dev.deployclaw.container.monitor.EnforcementMonitor;
import dev.deployclaw.container.query.EstateMember.Kind;
import dev.deployclaw.container.query.EstateMember.State;
import dev.deployclaw.container.query.EstateQueries.Seen;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who is in the estate, and whether each member enforces what is committed: from the looks for
 * drift, the heartbeats and the health of the back ends, each as old as it may be. It answers
 * without the state store too: then what was seen last is shown as unknown, apart from stores,
 * which are asked anyway. Any thread.
 */
public record EstateOverview(
    EstateQueries looks, BackendHealthMonitor health, EnforcementMonitor enforcement) {
  private static final Duration FRESH = Duration.ofSeconds(5);

  /** What is well is left out first. */
  private static final int MOST_MEMBERS = 1000;

  private static final List<Look> LOOKS =
      List.of(
          new Look("gateway.topology", Kind.GATEWAY, false),
          new Look("gateway.scan", Kind.GATEWAY, true),
          new Look("ratelimit.topology", Kind.SERVICE, true),
          new Look("redis.topology", Kind.REDIS, false),
          new Look("redis.scan", Kind.REDIS, true),
          new Look("configuration.scan", Kind.CONFIGURATION, true));

  /**
   * An operation that looks at members of a kind.
   *
   * @param compares whether it asks what they enforce
   */
  private record Look(String operation, Kind kind, boolean compares) {}

  /** For JSON. */
  public Map<String, Object> document() throws InterruptedException {
    var out = new LinkedHashMap<String, Object>();
    var members = new TreeMap<String, EstateMember>();
    stores(members);
    try {
      add(looks.scan(), out, members);
    } catch (Unreachable e) {
      String reason = String.valueOf(e.getMessage());
      out.put("reason", reason);
      looks
          .lastSeen()
          .ifPresent(seen -> {
            add(seen, out, members);
            String now = "the committed state can't be read; last seen at " + seen.at();
            members.values().forEach(member -> member.outdate(now));
          });
      member(ExecutorRegistry.STORE, Kind.STORE, members).worsen(State.UNKNOWN, reason);
    }
    stores(members);
    var shown =
        members.values().stream()
            .sorted(Comparator.comparing(EstateMember::state).reversed())
            .limit(MOST_MEMBERS)
            .map(EstateMember::toMap)
            .toList();
    out.put("members", shown);
    out.put("more", members.size() - shown.size());
    return out;
  }

  private void add(Seen seen, Map<String, Object> out, Map<String, EstateMember> members) {
    var scan = seen.answer();
    out.put("seen_at", seen.at().toString());
    out.put("epoch", scan.epoch());
    out.put("digest", scan.known().committed().digest());
    LOOKS.forEach(look ->
        Optional.ofNullable(scan.looks().get(look.operation()))
            .ifPresent(outcome -> add(look, outcome, members)));
    for (var difference : scan.drift()) {
      if (scan.epoch() > 0 || members.containsKey(difference.member())) {
        member(difference.member(), Kind.STORE, members).see(difference); // of none that was asked
      }
    }
    if (scan.epoch() > 0) {
      heartbeats(members);
    }
    members.values().forEach(member -> member.conclude(scan.epoch()));
  }

  /** An executor that can't be looked at as a whole is one member that isn't known. */
  private static void add(Look look, CallOutcome outcome, Map<String, EstateMember> members) {
    switch (outcome) {
      case CallOutcome.Done(var reports, var _) ->
          reports.stream()
              .filter(report -> report.answer() != MemberReport.Answer.SKIPPED)
              .forEach(report -> {
                var member = member(report.member(), look.kind(), members);
                member.see(report);
                if (look.compares()) {
                  member.compared();
                }
              });
      case CallOutcome.Failed(CallFault.Invalid _) -> {} // it has no such look
      case CallOutcome.Failed(var fault) ->
          member(look.operation().replaceFirst("\\..*", ""), look.kind(), members)
              .worsen(State.UNKNOWN, fault.reason());
    }
  }

  private void heartbeats(Map<String, EstateMember> members) {
    enforcement
        .points()
        .forEach(point ->
            Optional.ofNullable(members.get(point.member()))
                .ifPresent(m -> m.see(point.state(), point.reason(), point.since())));
  }

  private void stores(Map<String, EstateMember> members) throws InterruptedException {
    for (var backend : health.sample(FRESH).backends()) {
      var store = member(backend.name(), Kind.STORE, members);
      backend.trouble().ifPresent(why -> store.worsen(State.UNKNOWN, why));
    }
  }

  private static EstateMember member(String name, Kind kind, Map<String, EstateMember> members) {
    return members.computeIfAbsent(name, _ -> new EstateMember(name, kind));
  }
}
