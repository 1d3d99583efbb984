package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.core.election.LeaderIdentity;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.log.StreamCopy.Stuck;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.regression.AheadMember;
import dev.deployclaw.core.schedule.ScheduleReport;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows where things stand. */
public final class StatusView {
  private static final String TAKE_OFF = "; it isn't started; remove it with: deployclaw reject";

  private final CommandEnvironment around;

  public StatusView(CommandEnvironment around) {
    this.around = around;
  }

  /** Prints it and returns the exit code. */
  public int show(AgentStatusReport answer, RelatedState beside, boolean json) {
    var ahead = beside.ahead();
    var watched = beside.watched();
    if (json) {
      var document = new LinkedHashMap<>(document(answer));
      if (!ahead.isEmpty()) {
        document.put("regressed", ahead.stream().map(AheadMember::toMap).toList());
      }
      if (answer.unreachable().isEmpty()) {
        var entries = beside.scheduled().entries();
        document.put("scheduled", entries.stream().map(StatusView::scheduled).toList());
        document.put("unreadable_schedule", beside.scheduled().unread());
      }
      if (!beside.stuck().isEmpty()) {
        document.put("not_shipped", beside.stuck());
      }
      watched.ifPresent(w -> document.put("watch", w.document()));
      beside.host().ifPresent(host -> document.put("executor_host", host));
      around.out().println(JsonOutput.text(document));
    } else if (answer.unreachable().isEmpty()) {
      print(answer);
      beside.scheduled().entries().forEach(s -> around.say(words(s)));
      beside.scheduled().unread().forEach(u -> around.say(u + TAKE_OFF));
      for (var member : ahead) {
        around.say("REGRESSED: " + member.text());
      }
      if (!ahead.isEmpty()) {
        around.say("nothing is written: " + FailureExplanationView.REGRESSED);
      }
      beside.stuck().forEach(one -> around.say(one.sentence()));
      print(watched);
      beside.host().ifPresent(around::say);
    }
    new FailureExplanationView(around).tell(answer);
    return answer.exit().code();
  }

  /**
   * What is shown beside the state of changes.
   *
   * @param ahead members that are further than the state store
   * @param scheduled what is to begin at a time
   * @param watched what the watch of this machine wrote down
   * @param stuck records that the stream can't be given
   * @param host how the executor host is; empty where there is none
   */
  public record RelatedState(
      List<AheadMember> ahead,
      ScheduleReport scheduled,
      Optional<MonitorStateFile> watched,
      List<Stuck> stuck,
      Optional<String> host) {
    public static final RelatedState NOTHING =
        new RelatedState(List.of(), ScheduleReport.NOTHING, Optional.empty());

    /** With a stream that takes all. */
    RelatedState(
        List<AheadMember> ahead, ScheduleReport scheduled, Optional<MonitorStateFile> watched) {
      this(ahead, scheduled, watched, List.of(), Optional.empty());
    }

    RelatedState with(Optional<String> hostState) {
      return new RelatedState(ahead, scheduled, watched, stuck, hostState);
    }
  }

  private static Map<String, Object> scheduled(ScheduledChange s) {
    var out = new LinkedHashMap<String, Object>();
    out.put("id", s.id());
    out.put("at", Instant.ofEpochMilli(s.atMillis()).toString());
    out.put("requester", s.requester());
    out.put("request", s.request());
    if (s.waits()) {
      out.put("held_then_because", s.why());
    }
    return out;
  }

  private static String words(ScheduledChange s) {
    String what = s.waits() ? "is planned and held for an approval" : "begins";
    return "%s %s at %s, by a serving agent%s; cancel it with: deployclaw reject %s"
        .formatted(
            s.id(),
            what,
            Instant.ofEpochMilli(s.atMillis()),
            s.waits() ? ", since " + s.why() : "",
            s.id());
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

  private void printHeld(PendingApproval held) {
    String how =
        held.mustBeQuoted()
            ? "deployclaw approve %s shows its plan; approve it with that plan's hash, or reject it"
            : "deployclaw approve %s, or reject it";
    around.say(
        "%s is held: %s; asked by %s; %s"
            .formatted(held.id(), held.why(), held.requester(), how.formatted(held.id())));
  }

  private void print(Optional<MonitorStateFile> watched) {
    if (watched.isEmpty()) {
      around.say("there is no monitoring from here: start it with deployclaw serve");
    } else {
      watched.get().lines().forEach(around::say);
    }
  }

  static Map<String, Object> document(AgentStatusReport answer) {
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

  private static Map<String, Object> change(ChangeExecution x) {
    var out = new LinkedHashMap<String, Object>();
    out.put("id", x.id());
    out.put("epoch", x.epoch());
    out.put("state", state(x));
    watchedUntil(x.state()).ifPresent(until -> out.put("watched_until", until.toString()));
    return out;
  }

  private static Optional<Instant> watchedUntil(ChangeState state) {
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

  private static String state(ChangeExecution x) {
    return x.state().word();
  }

  private static String doing(ChangeExecution x) {
    return state(x) + watchedUntil(x.state()).map(u -> ", watched until " + u).orElse("");
  }

  private void print(AgentStatusReport answer) {
    answer
        .active()
        .ifPresentOrElse(
            a -> around.say("epoch %d is committed, by %s".formatted(a.epoch(), a.change())),
            () -> around.say("nothing was committed yet"));
    answer
        .active()
        .flatMap(CommittedEpoch::candidate)
        .ifPresent(c ->
            around.say(
                "epoch %d is a candidate for positions below %d of %d, by %s"
                    .formatted(c.epoch(), c.cohort(), CanaryCohort.WHOLE, c.change())));
    answer.open().ifPresent(x -> around.say(x.id() + " is under way: " + doing(x)));
    if (!answer.pending().isEmpty()) {
      around.say("it isn't finished: " + answer.pending());
      around.say(FailureExplanationView.unfinished(answer.pending()));
    }
    answer.waiting().forEach(this::printHeld);
    answer
        .frozen()
        .ifPresent(f -> {
          around.say("frozen " + f.sentence());
          around.say("no change begins or commits until: deployclaw thaw");
        });
    for (String id : answer.writeBacks()) {
      around.say(id + " is still to be written back: deployclaw recover tries");
    }
    for (var overlay : answer.expired()) {
      around.say("expired: " + overlay.text() + "; take it back: " + overlay.remedy());
    }
    around.say(
        answer
            .leader()
            .map(l -> l.name() + " leads" + (l.since().isEmpty() ? "" : " since " + l.since()))
            .orElse("no agent leads now"));
    around.say(answer.rollbackAvailable() ? "a rollback is possible" : "no rollback is possible");
  }
}
