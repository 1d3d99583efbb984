package dev.deployclaw.container.plugin.contract;

import static dev.deployclaw.container.plugin.contract.BrokenPromiseException.unless;

import dev.deployclaw.executors.protocol.v1.Activation;
import dev.deployclaw.executors.protocol.v1.Discard;
import dev.deployclaw.executors.protocol.v1.Fault;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.MemberReport;
import dev.deployclaw.executors.protocol.v1.MemberReport.Answer;
import dev.deployclaw.executors.protocol.v1.Observe;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.executors.protocol.v1.PolicySetReference;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** The six calls of a participant, and how its answers are read. */
record ParticipantCalls(TestedPlugin plugin) {
  private static final Duration LOADED = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** An epoch with this set. */
  Activation epoch(long epoch, SampleSet set) {
    var reference =
        PolicySetReference.newBuilder()
            .setDigest(set.digest())
            .setContentSha256(plugin.holds(set.bytes()));
    return Activation.newBuilder()
        .setExecution("plugin-test")
        .setEpoch(epoch)
        .setSet(reference)
        .build();
  }

  Outcome observe() {
    return plugin.perform(plugin.draft().setObserve(Observe.getDefaultInstance()));
  }

  Outcome stage(Activation epoch) {
    return plugin.perform(plugin.draft().setStage(epoch));
  }

  Outcome prepare(Activation epoch) {
    return plugin.perform(plugin.draft().setPrepare(epoch));
  }

  Outcome publish(Activation epoch) {
    return plugin.perform(plugin.draft().setPublish(epoch));
  }

  Outcome converge(Activation epoch) {
    return plugin.perform(plugin.draft().setConverge(epoch));
  }

  Outcome discard(long epoch) {
    return plugin.perform(discarding(epoch));
  }

  GrantedCall.Builder discarding(long epoch) {
    return plugin.draft().setDiscard(Discard.newBuilder().setEpoch(epoch));
  }

  /** Brings it to where it acts on an epoch. */
  Activation published(SampleSet set) throws BrokenPromiseException, InterruptedException {
    var epoch = epoch(plugin.newEpoch(), set);
    needYes("stage", stage(epoch), set);
    needYes("publish", publish(epoch), set);
    needActing(epoch, set);
    return epoch;
  }

  /** The same until publish. */
  Activation staged(SampleSet set) throws BrokenPromiseException {
    var epoch = epoch(plugin.newEpoch(), set);
    needYes("stage", stage(epoch), set);
    return epoch;
  }

  static void needYes(String verb, Outcome outcome, SampleSet set) throws BrokenPromiseException {
    unless(saysYes(outcome, set.digest()), verb + " was answered by " + words(outcome));
  }

  /** Who loads a set by itself gets some time. */
  void needActing(Activation epoch, SampleSet set)
      throws BrokenPromiseException, InterruptedException {
    unless(acts(epoch, set.digest()), "converge was answered by " + words(converge(epoch)));
  }

  boolean acts(Activation epoch, String digest) throws InterruptedException {
    long end = System.nanoTime() + LOADED.toNanos();
    while (!saysYes(converge(epoch), digest)) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(PAUSE);
    }
    return true;
  }

  /** Everyone who has something to do says yes to this digest. */
  static boolean saysYes(Outcome outcome, String digest) {
    var reports = outcome.getDone().getReportsList();
    return reports.stream().anyMatch(r -> r.getAnswer() == Answer.YES)
        && reports.stream()
            .allMatch(r ->
                r.getAnswer() == Answer.SKIPPED
                    || (r.getAnswer() == Answer.YES && r.getDigest().equals(digest)));
  }

  static boolean saysNo(Outcome outcome) {
    return outcome.getDone().getReportsList().stream().anyMatch(r -> r.getAnswer() == Answer.NO);
  }

  /** A member's NO, or the fault of a request that is wrong. */
  static boolean refuses(Outcome outcome) {
    return saysNo(outcome) || isFault(outcome, Fault.Kind.INVALID);
  }

  static boolean isFault(Outcome outcome, Fault.Kind kind) {
    return outcome.hasFault() && outcome.getFault().getKind() == kind;
  }

  /** What each member holds, for comparisons. */
  static List<String> held(Outcome observed) {
    return observed.getDone().getReportsList().stream()
        .map(r -> r.getMember() + " " + r.getDigest() + " " + r.getFacts())
        .sorted()
        .toList();
  }

  /** An answer in a line. */
  static String words(Outcome outcome) {
    return switch (outcome.getOutcomeCase()) {
      case DONE ->
          outcome.getDone().getReportsCount() == 0
              ? "no report"
              : outcome.getDone().getReportsList().stream()
                  .limit(3)
                  .map(ParticipantCalls::words)
                  .collect(Collectors.joining("; "));
      case FAULT -> outcome.getFault().getKind() + ": " + outcome.getFault().getReason();
      case CONTENT_NEEDED -> "a need of content that was put";
      case OBJECT, OUTCOME_NOT_SET -> "no outcome of such a call";
    };
  }

  private static String words(MemberReport report) {
    String digest = report.getDigest();
    return "%s %s%s%s"
        .formatted(
            report.getMember(),
            report.getAnswer(),
            digest.isEmpty() ? "" : " to " + digest.substring(0, Math.min(12, digest.length())),
            report.getReason().isEmpty() ? "" : ", " + report.getReason());
  }
}
