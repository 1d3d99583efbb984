package dev.deployclaw.container.cli.look;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.FailureExplanationView;
import dev.deployclaw.container.query.StatusDocument;
import dev.deployclaw.core.gate.GatePolicy.PendingApproval;
import dev.deployclaw.core.log.StreamCopy.Stuck;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.regression.AheadMember;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Shows where things stand. */
public record StatusView(CommandEnvironment around) {
  private static final String TAKE_OFF = "; remove it with: deployclaw reject";

  /** Prints it and returns the exit code. */
  public int show(AgentStatusReport answer, RelatedState beside, boolean json) {
    var ahead = beside.ahead();
    var watched = beside.watched();
    if (json) {
      var document = new LinkedHashMap<>(StatusDocument.of(answer));
      if (!ahead.isEmpty()) {
        document.put("regressed", ahead.stream().map(AheadMember::toMap).toList());
      }
      if (!beside.stuck().isEmpty()) {
        document.put("not_shipped", beside.stuck());
      }
      watched.ifPresent(w -> document.put("watch", w.document(answer.waiting())));
      beside.host().ifPresent(host -> document.put("executor_host", host));
      around.json(document);
    } else if (answer.unreachable().isEmpty()) {
      print(answer);
      answer.scheduled().entries().forEach(s -> around.say(words(s, answer.moved(s.id()))));
      answer.scheduled().unread().forEach(u -> around.say(u + "; it isn't started" + TAKE_OFF));
      for (var member : ahead) {
        around.say("REGRESSED: " + member.text());
      }
      if (!ahead.isEmpty()) {
        around.say("nothing is written: " + FailureExplanationView.REGRESSED);
      }
      beside.stuck().forEach(one -> around.say(one.sentence()));
      print(watched);
      beside.host().map(StatusView::seconds).ifPresent(around::say);
    }
    new FailureExplanationView(around).tell(answer);
    return answer.exit().code();
  }

  /**
   * What is shown beside the state of changes.
   *
   * @param ahead members that are further than the state store
   * @param watched what the watch of this machine wrote down
   * @param stuck records that the stream can't be given
   * @param host how the executor host is; empty where there is none
   */
  public record RelatedState(
      List<AheadMember> ahead,
      Optional<MonitorStateFile> watched,
      List<Stuck> stuck,
      Optional<String> host) {
    public static final RelatedState NOTHING =
        new RelatedState(List.of(), Optional.empty(), List.of(), Optional.empty());
  }

  private static String words(ScheduledChange s, Optional<String> moved) {
    var at = Instant.ofEpochMilli(s.atMillis());
    if (moved.isPresent()) {
      return s.id() + " won't begin at " + at + ": " + moved.get() + TAKE_OFF + " " + s.id();
    }
    String what = s.waits() ? "is planned and held for an approval" : "begins";
    return "%s %s at %s, by a serving agent%s; cancel it with: deployclaw reject %s"
        .formatted(s.id(), what, at, s.waits() ? ", since " + s.why() : "", s.id());
  }

  private void printHeld(PendingApproval held, Optional<String> moved) {
    if (moved.isPresent()) {
      around.say(held.id() + " can't go on: " + moved.get() + TAKE_OFF + " " + held.id());
      return;
    }
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
      around.say("this machine doesn't monitor the estate: start deployclaw serve");
    } else {
      watched.get().lines().forEach(around::say);
    }
  }

  /** Times as people read them: without a fraction. */
  static String seconds(String text) {
    return text.replaceAll("[.]\\d+Z\\b", "Z");
  }

  private static String doing(ChangeExecution x) {
    return x.state().word()
        + StatusDocument.watchedUntil(x.state()).map(u -> ", watched until " + u).orElse("");
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
    answer.waiting().forEach(w -> printHeld(w, answer.moved(w.id())));
    answer
        .frozen()
        .ifPresent(f -> {
          around.say("frozen " + f.sentence());
          around.say("no change begins or commits until: deployclaw thaw");
        });
    var due = new ArrayList<>(answer.writeBacks()); // of what has ended
    answer.waiting().forEach(w -> due.remove(w.id()));
    answer.open().ifPresent(x -> due.remove(x.id()));
    due.forEach(id -> around.say(id + " is still to be written back: deployclaw recover tries"));
    for (var overlay : answer.temporary()) {
      around.say("temporary: " + overlay.text() + "; a serving agent takes it back then");
    }
    answer.expired().forEach(o -> around.say("expired: " + o.expiry()));
    around.say(
        answer
            .leader()
            .map(l ->
                l.name() + " leads" + (l.since().isEmpty() ? "" : " since " + seconds(l.since())))
            .orElse("no agent leads now"));
    around.say(answer.rollbackAvailable() ? "a rollback is possible" : "no rollback is possible");
  }
}
