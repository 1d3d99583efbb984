package dev.deployclaw.container.query;

import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.json.RecordJson;
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
    out.put("scheduled", scheduled(answer));
    out.put("unreadable_schedule", answer.scheduled().unread());
    out.put("frozen", answer.frozen().isPresent());
    answer.frozen().ifPresent(f -> out.put("freeze", since(f)));
    answer.leader().ifPresent(l -> out.put("leader", since(l)));
    out.put("write_back", answer.writeBacks());
    out.put("temporary", answer.temporary().stream().map(Overlay::toMap).toList());
    out.put("expired", answer.expired().stream().map(Overlay::toMap).toList());
    out.put("rollback_available", answer.rollbackAvailable());
    return out;
  }

  /** Changes and repairs, with what an approver needs to know. */
  private static List<Map<String, Object>> held(AgentStatusReport answer) {
    var out = new ArrayList<Map<String, Object>>();
    for (var x : answer.held()) {
      var one = change(x);
      one.putAll(waiting(PendingApproval.of(x), answer));
      out.add(one);
    }
    for (var repair : answer.heldRepairs()) {
      var one = new LinkedHashMap<String, Object>();
      one.put("id", repair.id());
      one.put("state", "held");
      one.put("operation", TaskOperation.REPAIR_DRIFT.word());
      one.putAll(waiting(repair.waiting(), answer));
      out.add(one);
    }
    return out;
  }

  private static Map<String, Object> waiting(PendingApproval waiting, AgentStatusReport answer) {
    var out = new LinkedHashMap<String, Object>();
    out.put("requester", waiting.requester());
    out.put("why", waiting.why());
    if (!waiting.mustBeQuoted()) {
      out.put("plan", waiting.planHash()); // who has to quote it reads it with the plan
    }
    out.put("quote_plan", waiting.mustBeQuoted());
    out.put("current", answer.moved(waiting.id()).isEmpty());
    return out;
  }

  /** What begins at its time, unless something was committed since it was planned. */
  private static List<Map<String, Object>> scheduled(AgentStatusReport answer) {
    var out = new ArrayList<Map<String, Object>>();
    for (ScheduledChange s : answer.scheduled().entries()) {
      var one = new LinkedHashMap<String, Object>();
      one.put("id", s.id());
      one.put("at", Instant.ofEpochMilli(s.atMillis()).toString());
      one.put("requester", s.requester());
      one.put("request", s.request());
      s.hold()
          .map(ScheduledChange.GateHold::why)
          .or(() -> Optional.of(s.why()).filter(_ -> s.waits()))
          .ifPresent(why -> one.put("held_then_because", why));
      s.approvedBy().ifPresent(who -> one.put("approved_by", who));
      one.put("current", answer.moved(s.id()).isEmpty());
      out.add(one);
    }
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

  /** Older records don't say since when. */
  private static Map<String, Object> since(Record fields) {
    var out = RecordJson.map(fields);
    out.remove("since", "");
    return out;
  }
}
