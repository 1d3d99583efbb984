package dev.deployclaw.container.plugin.contract;

import static dev.deployclaw.container.plugin.contract.BrokenPromiseException.unless;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.held;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.needYes;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.refuses;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.saysNo;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.saysYes;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.words;

import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;

/** What a participant promises until the commit: what it stages changes nothing, and its vote. */
final class VotePromises {
  private static final SampleSet FIRST = SampleSet.of(10);
  private static final SampleSet SECOND = SampleSet.of(20);

  static final List<Promise> ALL =
      List.of(
          Promise.acting("observe", "reports what each member holds", VotePromises::observe),
          Promise.acting("content", "asks for content that it lacks", VotePromises::content),
          Promise.acting("unstaged", "votes NO on what isn't staged", VotePromises::unstaged),
          Promise.acting("stage", "stages by digest; repeatable", VotePromises::stage),
          Promise.acting("inert", "acts on nothing that is only staged", VotePromises::inert),
          Promise.acting("one-set", "keeps an epoch for one set", VotePromises::oneSet),
          Promise.acting("digest", "refuses a set of another digest", VotePromises::digest),
          Promise.acting("vote", "votes on the digest that it read back", VotePromises::vote),
          Promise.acting("discard", "removes what was staged; repeatable", VotePromises::gone));

  private VotePromises() {}

  private static void observe(ParticipantCalls calls) throws BrokenPromiseException {
    var observed = calls.observe();
    unless(observed.hasDone(), "observe was answered by " + words(observed));
    unless(observed.getDone().getReportsCount() > 0, "observe gave no report");
    unless(!saysNo(observed), "observe was answered by " + words(observed));
  }

  private static void content(ParticipantCalls calls) throws BrokenPromiseException {
    String unknown = CanonicalJson.sha256(("never put " + calls.plugin().term()));
    var epoch = calls.epoch(calls.plugin().newEpoch(), FIRST).toBuilder();
    epoch.getSetBuilder().setContentSha256(unknown);
    var outcome = calls.plugin().send(calls.plugin().draft().setStage(epoch));
    unless(
        outcome.getContentNeeded().getSha256List().contains(unknown),
        "stage was answered by " + words(outcome));
  }

  private static void unstaged(ParticipantCalls calls) throws BrokenPromiseException {
    var voted = calls.prepare(calls.epoch(calls.plugin().newEpoch(), FIRST));
    unless(saysNo(voted), "prepare was answered by " + words(voted));
  }

  private static void stage(ParticipantCalls calls) throws BrokenPromiseException {
    var epoch = calls.staged(FIRST);
    needYes("the second stage", calls.stage(epoch), FIRST);
  }

  private static void inert(ParticipantCalls calls) throws BrokenPromiseException {
    var before = held(calls.observe());
    var epoch = calls.staged(SECOND);
    var _ = calls.prepare(epoch);
    unless(held(calls.observe()).equals(before), "what it holds changed before publish");
    unless(
        !saysYes(calls.converge(epoch), SECOND.digest()), "converge says YES before the publish");
  }

  private static void oneSet(ParticipantCalls calls) throws BrokenPromiseException {
    var epoch = calls.staged(FIRST);
    var other = calls.stage(calls.epoch(epoch.getEpoch(), SECOND));
    unless(refuses(other), "another set was answered by " + words(other));
  }

  private static void digest(ParticipantCalls calls) throws BrokenPromiseException {
    var outcome = calls.stage(calls.epoch(calls.plugin().newEpoch(), FIRST.under(SECOND)));
    unless(refuses(outcome), "stage was answered by " + words(outcome));
  }

  private static void vote(ParticipantCalls calls) throws BrokenPromiseException {
    var epoch = calls.staged(FIRST);
    needYes("prepare", calls.prepare(epoch), FIRST);
    var other = calls.prepare(calls.epoch(epoch.getEpoch(), SECOND));
    unless(refuses(other), "a vote on another set was answered by " + words(other));
  }

  private static void gone(ParticipantCalls calls) throws BrokenPromiseException {
    var epoch = calls.staged(FIRST);
    for (int times = 0; times < 2; times++) {
      var outcome = calls.discard(epoch.getEpoch());
      unless(outcome.hasDone() && !saysNo(outcome), "discard was answered by " + words(outcome));
    }
    var voted = calls.prepare(epoch);
    unless(saysNo(voted), "after that, prepare was answered by " + words(voted));
  }
}
