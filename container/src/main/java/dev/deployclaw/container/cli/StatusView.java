package dev.deployclaw.container.cli;

import dev.deployclaw.core.log.StreamCopy.Stuck;
import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Active.Candidate;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Freeze;
import dev.deployclaw.core.machine.GatePolicy.Waiting;
import dev.deployclaw.core.machine.Scheduled;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.plan.Overlay;
import dev.deployclaw.core.runtime.Ahead;
import dev.deployclaw.core.runtime.Leader;
import dev.deployclaw.core.runtime.ScheduleAnswer;
import dev.deployclaw.core.runtime.StatusAnswer;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.redis.Cohort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows where things stand. */
final class StatusView {
  private static final String TAKE_OFF = "; it isn't begun; take it off with: deployclaw reject";

  private final Surroundings around;

  StatusView(Surroundings around) {
    this.around = around;
  }

  /** Prints it and returns the exit code. */
  int show(StatusAnswer answer, Beside beside, boolean json) {
    var ahead = beside.ahead();
    var watched = beside.watched();
    if (json) {
      var document = new LinkedHashMap<>(document(answer));
      if (!ahead.isEmpty()) {
        document.put("regressed", ahead.stream().map(Ahead::toMap).toList());
      }
      if (answer.unreachable().isEmpty()) {
        var entries = beside.scheduled().entries();
        document.put("scheduled", entries.stream().map(StatusView::scheduled).toList());
        document.put("unreadable_schedule", beside.scheduled().unread());
      }
      if (!beside.stuck().isEmpty()) {
        document.put("not_shipped", beside.stuck().stream().map(StatusView::stuck).toList());
      }
      watched.ifPresent(w -> document.put("watch", w.document()));
      around.out().println(Json.text(document));
    } else if (answer.unreachable().isEmpty()) {
      print(answer);
      beside.scheduled().entries().forEach(s -> around.say(words(s)));
      beside.scheduled().unread().forEach(u -> around.say(u + TAKE_OFF));
      for (var member : ahead) {
        around.say("REGRESSED: " + member.text());
      }
      if (!ahead.isEmpty()) {
        around.say("nothing is written: " + EndingView.REGRESSED);
      }
      beside.stuck().forEach(one -> around.say(one.sentence()));
      print(watched);
    }
    new EndingView(around).tell(answer);
    return answer.exit().code();
  }

  /**
   * What stands beside the state of changes.
   *
   * @param ahead members that are further than the state store
   * @param scheduled what is to begin at a time
   * @param watched what the watch of this machine wrote down
   * @param stuck records that the stream can't be given
   */
  record Beside(
      List<Ahead> ahead, ScheduleAnswer scheduled, Optional<WatchFile> watched, List<Stuck> stuck) {
    static final Beside NOTHING = new Beside(List.of(), ScheduleAnswer.NOTHING, Optional.empty());

    /** With a stream that takes all. */
    Beside(List<Ahead> ahead, ScheduleAnswer scheduled, Optional<WatchFile> watched) {
      this(ahead, scheduled, watched, List.of());
    }
  }

  private static Map<String, Object> stuck(Stuck one) {
    var out = new LinkedHashMap<String, Object>();
    out.put("execution", one.execution());
    out.put("seq", one.seq());
    out.put("why", one.why());
    out.put("remedy", one.remedy());
    return out;
  }

  private static Map<String, Object> scheduled(Scheduled s) {
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

  private static String words(Scheduled s) {
    String what = s.waits() ? "is planned and held for an approval" : "begins";
    return "%s %s at %s, by an agent that serves%s; cancel it with: deployclaw reject %s"
        .formatted(
            s.id(),
            what,
            Instant.ofEpochMilli(s.atMillis()),
            s.waits() ? ", since " + s.why() : "",
            s.id());
  }

  /** Changes and repairs, with what an approver needs to know. */
  private static List<Map<String, Object>> held(StatusAnswer answer) {
    var out = new ArrayList<Map<String, Object>>();
    for (var x : answer.held()) {
      var one = change(x);
      one.putAll(waiting(Waiting.of(x)));
      out.add(one);
    }
    for (var repair : answer.heldRepairs()) {
      var one = new LinkedHashMap<String, Object>();
      one.put("id", repair.id());
      one.put("state", "held");
      one.put("operation", Operation.REPAIR_DRIFT.word());
      one.putAll(waiting(repair.waiting()));
      out.add(one);
    }
    return out;
  }

  private static Map<String, Object> waiting(Waiting waiting) {
    var out = new LinkedHashMap<String, Object>();
    out.put("requester", waiting.requester());
    out.put("why", waiting.why());
    if (!waiting.mustBeQuoted()) {
      out.put("plan", waiting.planHash()); // who has to quote it reads it with the plan
    }
    out.put("quote_plan", waiting.mustBeQuoted());
    return out;
  }

  private void printHeld(Waiting held) {
    String how =
        held.mustBeQuoted()
            ? "deployclaw approve %s shows its plan; approve it with that plan's hash, or reject it"
            : "deployclaw approve %s, or reject it";
    around.say(
        "%s is held: %s; asked by %s; %s"
            .formatted(held.id(), held.why(), held.requester(), how.formatted(held.id())));
  }

  private void print(Optional<WatchFile> watched) {
    if (watched.isEmpty()) {
      around.say("nobody watches from here: deployclaw serve does");
    } else {
      watched.get().lines().forEach(around::say);
    }
  }

  static Map<String, Object> document(StatusAnswer answer) {
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
          a.candidate().ifPresent(c -> active.put("candidate", candidate(c)));
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

  private static Map<String, Object> candidate(Candidate c) {
    var out = new LinkedHashMap<String, Object>();
    out.put("epoch", c.epoch());
    out.put("digest", c.digest());
    out.put("change", c.change());
    out.put("cohort", c.cohort());
    return out;
  }

  private static Map<String, Object> change(Execution x) {
    var out = new LinkedHashMap<String, Object>();
    out.put("id", x.id());
    out.put("epoch", x.epoch());
    out.put("state", state(x));
    watchedUntil(x.state()).ifPresent(until -> out.put("watched_until", until.toString()));
    return out;
  }

  private static Optional<Instant> watchedUntil(State state) {
    if (state instanceof State.Baking b) {
      return Optional.of(Instant.ofEpochMilli(b.untilMillis()));
    }
    return state instanceof State.Soaking s
        ? Optional.of(Instant.ofEpochMilli(s.untilMillis()))
        : Optional.empty();
  }

  private static Map<String, Object> leader(Leader leader) {
    var out = new LinkedHashMap<String, Object>();
    out.put("name", leader.name());
    if (!leader.since().isEmpty()) {
      out.put("since", leader.since());
    }
    return out;
  }

  private static Map<String, Object> freeze(Freeze freeze) {
    var out = new LinkedHashMap<String, Object>();
    out.put("by", freeze.by());
    out.put("reason", freeze.reason());
    if (!freeze.since().isEmpty()) {
      out.put("since", freeze.since());
    }
    return out;
  }

  private static String state(Execution x) {
    return x.state().word();
  }

  private static String doing(Execution x) {
    return state(x) + watchedUntil(x.state()).map(u -> ", watched until " + u).orElse("");
  }

  private void print(StatusAnswer answer) {
    answer
        .active()
        .ifPresentOrElse(
            a -> around.say("epoch %d is committed, by %s".formatted(a.epoch(), a.change())),
            () -> around.say("nothing was committed yet"));
    answer
        .active()
        .flatMap(Active::candidate)
        .ifPresent(c ->
            around.say(
                "epoch %d is a candidate for positions below %d of %d, by %s"
                    .formatted(c.epoch(), c.cohort(), Cohort.WHOLE, c.change())));
    answer.open().ifPresent(x -> around.say(x.id() + " is under way: " + doing(x)));
    if (!answer.pending().isEmpty()) {
      around.say("it isn't finished: " + answer.pending());
      around.say(EndingView.unfinished(answer.pending()));
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
            .orElse("nobody leads now"));
    around.say(answer.rollbackAvailable() ? "a rollback is possible" : "no rollback is possible");
  }
}
