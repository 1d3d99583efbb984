package dev.deployclaw.container.plugin.contract;

import static dev.deployclaw.container.plugin.contract.BrokenPromiseException.unless;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.held;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.needYes;
import static dev.deployclaw.container.plugin.contract.ParticipantCalls.words;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.executors.protocol.v1.Activation;
import dev.deployclaw.executors.protocol.v1.MemberReport.Answer;
import dev.deployclaw.executors.protocol.v1.Outcome;
import dev.deployclaw.policy.json.RecordJson;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The rollback to before the first change, and what holds for all answers. */
final class RestorePromises {
  private static final SampleSet NONE = SampleSet.of(1);

  private RestorePromises() {}

  /**
   * The last ones.
   *
   * @param first what was observed before anything was published
   */
  static List<Promise> after(Outcome first) {
    return List.of(
        Promise.acting(
            "unseen", "keeps what it has if it was never observed", RestorePromises::unseen),
        Promise.acting("restore", "restores what was first observed", p -> restore(p, first)),
        Promise.acting("members", "speaks only for the observed members", p -> members(p, first)),
        Promise.of("bounds", "gives a reason, JSON facts, and no flood", RestorePromises::bounds));
  }

  private static void unseen(ParticipantCalls calls)
      throws BrokenPromiseException, InterruptedException {
    var live = calls.published(SampleSet.of(30));
    var epoch = restoring(calls, "{}");
    var _ = calls.stage(epoch);
    var published = calls.publish(epoch);
    unless(
        published.getDone().getReportsList().stream().allMatch(r -> r.getAnswer() == Answer.SKIPPED)
            && published.getDone().getReportsCount() > 0,
        "publish was answered by " + words(published) + ", not by SKIPPED");
    calls.needActing(live, SampleSet.of(30));
  }

  private static void restore(ParticipantCalls calls, Outcome first)
      throws BrokenPromiseException, InterruptedException {
    var _ = calls.published(SampleSet.of(40));
    var epoch = restoring(calls, observation(calls.plugin(), first));
    needYes("stage", calls.stage(epoch), NONE);
    needYes("prepare", calls.prepare(epoch), NONE);
    needYes("publish", calls.publish(epoch), NONE);
    calls.needActing(epoch, NONE);
    unless(
        held(calls.observe()).equals(held(first)),
        "after it, it holds something else than at first");
  }

  private static Activation restoring(ParticipantCalls calls, String observation) {
    return calls.epoch(calls.plugin().newEpoch(), NONE).toBuilder()
        .setBack(true)
        .setRestoresSha256(calls.plugin().holds(observation.getBytes(StandardCharsets.UTF_8)))
        .build();
  }

  /** As a checkpoint keeps it: with each member's name and digest among its facts. */
  private static String observation(TestedPlugin plugin, Outcome first)
      throws BrokenPromiseException {
    var all = RecordJson.MAPPER.createObjectNode();
    var members = all.putArray(plugin.executor().getName());
    for (var report : first.getDone().getReportsList()) {
      try {
        String facts = report.getFacts().isEmpty() ? "{}" : report.getFacts();
        var member = (ObjectNode) RecordJson.MAPPER.readTree(facts);
        member.put("member", report.getMember()).put("digest", report.getDigest());
        members.add(member);
      } catch (JsonProcessingException | ClassCastException e) {
        throw new BrokenPromiseException("the facts of observe are no JSON object");
      }
    }
    return all.toString();
  }

  private static void members(ParticipantCalls calls, Outcome first) throws BrokenPromiseException {
    var observed = first.getDone().getReportsList().stream().map(r -> r.getMember()).toList();
    for (String member : calls.plugin().answers().members()) {
      boolean own = member.startsWith(calls.plugin().executor().getName() + "/");
      unless(own, "\"" + member + "\" doesn't begin with the executor's name and a slash");
      unless(observed.contains(member), member + " answered, and wasn't observed");
    }
  }

  private static void bounds(TestedPlugin plugin) throws BrokenPromiseException {
    var excess = plugin.answers().excess();
    unless(excess.isEmpty(), excess.orElse(""));
  }
}
