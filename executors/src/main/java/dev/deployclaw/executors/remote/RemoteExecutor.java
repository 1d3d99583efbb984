package dev.deployclaw.executors.remote;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.executors.wire.ContentDigests;
import dev.deployclaw.executors.wire.OfferedExecutor;
import dev.deployclaw.executors.wire.OutcomeCodec;
import java.util.Optional;
import java.util.Set;

/**
 * An executor of an executor host. It blocks its caller; an interrupt cancels the call. To a step
 * of a change the members of this executor answer, each once, and a YES about an epoch counts for
 * the digest that was asked about.
 *
 * @param offered what the host says that it has, or less
 * @param members all that it has, where the configuration names them
 */
public record RemoteExecutor(
    HostConnection connection, OfferedExecutor offered, Optional<Set<String>> members)
    implements BackendExecutor {
  private static final ContentDigests DIGESTS = new ContentDigests();

  @Override
  public String name() {
    return offered.name();
  }

  @Override
  public Set<String> verbs() {
    return offered.operations().keySet();
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var effect = EffectClass.of(call.call());
    var purpose = call.grant().map(Grant::purpose).orElse(Grant.Purpose.NONE);
    var encoded = CallCodec.encode(call, DIGESTS);
    return switch (new RemoteCall(connection, encoded, purpose, call.deadline()).perform()) {
      case RemoteCall.Answer.Replied(var outcome) ->
          checked(OutcomeCodec.decode(outcome, effect), call.call(), effect);
      case RemoteCall.Answer.Undone(var reason) ->
          CallOutcome.failed(new CallFault.Unavailable(reason));
      case RemoteCall.Answer.Silent(var reason) ->
          CallOutcome.failed(OutcomeCodec.unanswered(reason, effect));
      case RemoteCall.Answer.Unsendable(var reason) ->
          CallOutcome.failed(new CallFault.Invalid(reason));
    };
  }

  private static Optional<String> digest(ExecutorCall call) {
    return switch (call) {
      case ExecutorCall.Stage(EpochSpec epoch) -> Optional.of(epoch.digest());
      case ExecutorCall.Prepare(EpochSpec epoch) -> Optional.of(epoch.digest());
      case ExecutorCall.Publish(EpochSpec epoch) -> Optional.of(epoch.digest());
      case ExecutorCall.Converge(EpochSpec epoch) -> Optional.of(epoch.digest());
      default -> Optional.empty();
    };
  }

  private CallOutcome checked(CallOutcome outcome, ExecutorCall call, EffectClass effect) {
    boolean step = BackendExecutor.PARTICIPANT_VERBS.contains(call.verb());
    if (!step || !(outcome instanceof CallOutcome.Done(var reports, var facts))) {
      return outcome;
    }
    var contradiction = new ConfiguredMembers(offered.name(), members).contradiction(reports);
    if (contradiction.isPresent()) {
      return CallOutcome.failed(
          OutcomeCodec.unanswered("the executor host " + contradiction.get(), effect));
    }
    var all = new ConfiguredMembers(offered.name(), members).completed(reports);
    var digest = digest(call);
    return new CallOutcome.Done(
        digest.map(d -> all.stream().map(r -> compared(r, d)).toList()).orElse(all), facts);
  }

  /** That a member says YES to something else is a NO. */
  private static MemberReport compared(MemberReport report, String digest) {
    return report.answer() != MemberReport.Answer.YES || report.digest().equals(digest)
        ? report
        : MemberReport.no(
            report.member(),
            "says YES to another digest: " + ConfiguredMembers.cut(report.digest()));
  }
}
