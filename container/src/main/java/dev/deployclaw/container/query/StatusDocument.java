package dev.deployclaw.container.query;

import dev.deployclaw.core.election.LeaderIdentity;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.task.TaskOperation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is committed, under way and held, for JSON. */
public final class StatusDocument {
  private StatusDocument() {}

  /** As {@code status --json} prints it. */
  public static Map<String, Object> of(AgentStatusReport answer) {
    if (!answer.unreachable().isEmpty()) {
      return Map.of("unreachable", answer.unreachable());
    }
    var out = new LinkedHashMap<String, Object>();
    answer
        .active()
        .ifPresent(a -> {
          var active = new LinkedHashMap<String, Object>();
          active.put("epoch", a.epoch());
          active.put("digest", a.digest());
          active.put("change", a.change());
          a.candidate().ifPresent(c -> active.put("candidate", c));
          out.put("active", active);
        });
    answer
        .open()
        .ifPresent(x -> {
          var open = change(x);
          if (!answer.pending().isEmpty()) {
            open.put("pending", answer.pending());
          }
          out.put("open", open);
        });
    out.put("held", held(answer));
    out.put("frozen", answer.frozen().isPresent());
    answer.frozen().ifPresent(f -> out.put("freeze", freeze(f)));
    answer.leader().ifPresent(l -> out.put("leader", leader(l)));
    out.put("write_back", answer.writeBacks());
    out.put("expired", answer.expired().stream().map(Overlay::toMap).toList());
    out.put("rollback_available", answer.rollbackAvailable());
    return out;
  }

  /** Changes and repairs, with what an approver needs to know. */
  private static List<Map<String, Object>> held(AgentStatusReport answer) {
    var out = new ArrayList<Map<String, Object>>();
    for (var x : answer.held()) {
      var one = change(x);
      one.putAll(waiting(PendingApproval.of(x)));
      out.add(one);
    }
    for (var repair : answer.heldRepairs()) {
      var one = new LinkedHashMap<String, Object>();
      one.put("id", repair.id());
      one.put("state", "held");
      one.put("operation", TaskOperation.REPAIR_DRIFT.word());
      one.putAll(waiting(repair.waiting()));
      out.add(one);
    }
    return out;
  }

  private static Map<String, Object> waiting(PendingApproval waiting) {
    var out = new LinkedHashMap<String, Object>();
    out.put("requester", waiting.requester());
    out.put("why", waiting.why());
    if (!waiting.mustBeQuoted()) {
      out.put("plan", waiting.planHash()); // who has to quote it reads it with the plan
    }
    out.put("quote_plan", waiting.mustBeQuoted());
    return out;
  }

  private static Map<String, Object> change(ChangeExecution x) {
    var out = new LinkedHashMap<String, Object>();
    out.put("id", x.id());
    out.put("epoch", x.epoch());
    out.put("state", x.state().word());
    watchedUntil(x.state()).ifPresent(until -> out.put("watched_until", until.toString()));
    return out;
  }

  /** Until when a change is watched before it goes further; empty where it isn't. */
  public static Optional<Instant> watchedUntil(ChangeState state) {
    if (state instanceof ChangeState.Baking b) {
      return Optional.of(Instant.ofEpochMilli(b.untilMillis()));
    }
    return state instanceof ChangeState.Soaking s
        ? Optional.of(Instant.ofEpochMilli(s.untilMillis()))
        : Optional.empty();
  }

  private static Map<String, Object> leader(LeaderIdentity leader) {
    var out = new LinkedHashMap<String, Object>();
    out.put("name", leader.name());
    if (!leader.since().isEmpty()) {
      out.put("since", leader.since());
    }
    return out;
  }

  private static Map<String, Object> freeze(FreezeRecord freeze) {
    var out = new LinkedHashMap<String, Object>();
    out.put("by", freeze.by());
    out.put("reason", freeze.reason());
    if (!freeze.since().isEmpty()) {
      out.put("since", freeze.since());
    }
    return out;
  }
}
