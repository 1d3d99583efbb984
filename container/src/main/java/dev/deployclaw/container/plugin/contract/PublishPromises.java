package dev.deployclaw.container.plugin.contract;

import static dev.deployclaw.container.plugin.contract.BrokenPromiseException.unless;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.isFault;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.needYes;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.refuses;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.saysNo;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.words;

import dev.deployclaw.executors.protocol.v1.Activation;
import dev.deployclaw.executors.protocol.v1.Fault;
import dev.deployclaw.executors.protocol.v1.Fence;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.MemberReport;
import dev.deployclaw.executors.protocol.v1.MemberReport.Answer;
import dev.deployclaw.executors.protocol.v1.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * What a participant promises after the commit: to take it, to be fenced, and to tell the truth.
 */
final class PublishPromises {
  private static final SampleSet FIRST = SampleSet.of(10);
  private static final SampleSet SECOND = SampleSet.of(20);

  /** After these times of a publish, in microseconds, the plugin is killed. */
  private static final List<Integer> KILLED_AFTER = List.of(0, 1_000, 2_000, 4_000, 8_000, 32_000);

  static final List<Promise> ALL =
      List.of(
          Promise.acting("publish", "acts on the epoch; repeatable", PublishPromises::publish),
          Promise.acting("truth", "converge denies what isn't acted on", PublishPromises::truth),
          Promise.acting("kept", "keeps the epoch that it acts on", PublishPromises::kept),
          Promise.acting("old-term", "refuses an older leader: CONFLICT", PublishPromises::oldTerm),
          Promise.acting(
              "old-epoch", "refuses an older epoch: CONFLICT", PublishPromises::oldEpoch),
          Promise.acting("durable", "a restart loses nothing staged", PublishPromises::durable),
          Promise.acting("fence", "a restart forgets no newer leader", PublishPromises::remembers),
          Promise.acting(
              "crash", "tells the truth after kill -9 in publish", PublishPromises::crash),
          Promise.acting("way-back", "takes a former set as a new epoch", PublishPromises::back));

  private PublishPromises() {}

  private static void publish(ParticipantCalls calls)
      throws BrokenPromiseException, InterruptedException {
    var epoch = calls.published(FIRST);
    needYes("the second publish", calls.publish(epoch), FIRST);
    calls.needActing(epoch, FIRST);
  }

  private static void truth(ParticipantCalls calls)
      throws BrokenPromiseException, InterruptedException {
    var _ = calls.published(FIRST);
    var staged = calls.staged(SECOND);
    var outcome = calls.converge(staged);
    unless(saysNo(outcome), "converge on a staged epoch was answered by " + words(outcome));
  }

  private static void kept(ParticipantCalls calls)
      throws BrokenPromiseException, InterruptedException {
    var epoch = calls.published(SECOND);
    var outcome = calls.discard(epoch.getEpoch());
    unless(saysNo(outcome), "its discard was answered by " + words(outcome));
    calls.needActing(epoch, SECOND);
  }

  private static void oldTerm(ParticipantCalls calls)
      throws BrokenPromiseException, InterruptedException {
    var plugin = calls.plugin();
    long old = plugin.term();
    plugin.newTerm();
    var live = calls.published(FIRST);
    var next = calls.staged(SECOND);
    conflict("publish", plugin.perform(by(old, plugin.draft().setPublish(next))));
    conflict("discard", plugin.perform(by(old, calls.discarding(next.getEpoch()))));
    var unstaged = calls.epoch(plugin.newEpoch(), SECOND);
    conflict("stage", plugin.perform(by(old, plugin.draft().setStage(unstaged))));
    calls.needActing(live, FIRST);
  }

  private static void oldEpoch(ParticipantCalls calls)
      throws BrokenPromiseException, InterruptedException {
    var old = calls.staged(FIRST);
    var live = calls.published(SECOND);
    conflict("publish", calls.publish(old));
    calls.needActing(live, SECOND);
  }

  private static void durable(ParticipantCalls calls)
      throws BrokenPromiseException, TestedProcess.StartFailedException, InterruptedException {
    var live = calls.published(FIRST);
    var staged = calls.staged(SECOND);
    calls.plugin().restart();
    needYes("after it, prepare", calls.prepare(staged), SECOND);
    calls.needActing(live, FIRST);
  }

  private static void remembers(ParticipantCalls calls)
      throws BrokenPromiseException, TestedProcess.StartFailedException, InterruptedException {
    long old = calls.plugin().term();
    calls.plugin().newTerm();
    var _ = calls.published(FIRST);
    var next = calls.staged(SECOND);
    calls.plugin().restart();
    conflict("publish", calls.plugin().perform(by(old, calls.plugin().draft().setPublish(next))));
  }

  private static void crash(ParticipantCalls calls)
      throws BrokenPromiseException, TestedProcess.StartFailedException, InterruptedException {
    for (int micros : KILLED_AFTER) {
      var before = calls.published(FIRST);
      var staged = calls.staged(SECOND);
      var publishing = new FutureTask<>(() -> calls.publish(staged));
      Thread.ofVirtual().name("publish").start(publishing);
      Thread.sleep(Duration.ofNanos(micros * 1_000L));
      calls.plugin().kill();
      ended(publishing);
      calls.plugin().startAgain();
      oneOfBoth(calls, before, staged);
      needYes("the next publish", calls.publish(staged), SECOND);
      calls.needActing(staged, SECOND);
    }
  }

  /** Each member is old or new, and converge says which. */
  private static void oneOfBoth(ParticipantCalls calls, Activation before, Activation after)
      throws BrokenPromiseException {
    var old = confirming(calls.converge(before), FIRST.digest());
    var fresh = confirming(calls.converge(after), SECOND.digest());
    for (var report : calls.observe().getDone().getReportsList()) {
      String member = report.getMember();
      boolean is = old.contains(member);
      unless(
          is != fresh.contains(member),
          "converge confirms %s the old and the new epoch of %s"
              .formatted(is ? "both" : "neither", member));
    }
  }

  private static List<String> confirming(Outcome outcome, String digest) {
    return outcome.getDone().getReportsList().stream()
        .filter(r -> r.getAnswer() == Answer.YES && r.getDigest().equals(digest))
        .map(MemberReport::getMember)
        .toList();
  }

  private static void ended(FutureTask<Outcome> publishing) throws InterruptedException {
    try {
      publishing.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void back(ParticipantCalls calls)
      throws BrokenPromiseException, InterruptedException {
    var former = calls.published(FIRST);
    var _ = calls.published(SECOND);
    var again =
        calls.epoch(calls.plugin().newEpoch(), FIRST).toBuilder()
            .setPredecessor(former.getEpoch())
            .setBack(true)
            .build();
    needYes("stage", calls.stage(again), FIRST);
    needYes("prepare", calls.prepare(again), FIRST);
    needYes("publish", calls.publish(again), FIRST);
    calls.needActing(again, FIRST);
    var unstaged = calls.publish(calls.epoch(calls.plugin().newEpoch(), SECOND));
    unless(refuses(unstaged), "an unstaged publish was answered by " + words(unstaged));
  }

  private static GrantedCall.Builder by(long term, GrantedCall.Builder call) {
    return call.setFence(Fence.newBuilder().setLeader("older").setTerm(term));
  }

  private static void conflict(String verb, Outcome outcome) throws BrokenPromiseException {
    unless(
        isFault(outcome, Fault.Kind.CONFLICT),
        verb + " was answered by " + words(outcome) + ", not by CONFLICT");
  }
}
