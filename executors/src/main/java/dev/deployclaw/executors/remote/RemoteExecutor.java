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
 * An executor of an executor host. It blocks its caller; an interrupt cancels the call. To a call
 * about an epoch members of this executor answer, and a YES counts for the digest that was asked
 * about.
 */
public final class RemoteExecutor implements BackendExecutor {
  private static final ContentDigests DIGESTS = new ContentDigests();

  /** Characters of what a host made up, in a reason: a SHA-256 is shown whole. */
  private static final int MOST_SHOWN = 64;

  private final HostConnection connection;
  private final OfferedExecutor offered;

  /**
   * @param offered what the host says that it has, or less
   */
  public RemoteExecutor(HostConnection connection, OfferedExecutor offered) {
    this.connection = connection;
    this.offered = offered;
  }

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
          digest(call.call())
              .map(digest -> checked(OutcomeCodec.decode(outcome, effect), digest, effect))
              .orElseGet(() -> OutcomeCodec.decode(outcome, effect));
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

  private CallOutcome checked(CallOutcome outcome, String digest, EffectClass effect) {
    if (!(outcome instanceof CallOutcome.Done(var reports, var facts))) {
      return outcome;
    }
    var foreign =
        reports.stream()
            .map(MemberReport::member)
            .filter(member -> !member.equals(name()) && !member.startsWith(name() + "/"))
            .findFirst();
    return foreign.isPresent()
        ? CallOutcome.failed(
            OutcomeCodec.unanswered(
                "the executor host answers for %s, which isn't of %s"
                    .formatted(shortened(foreign.get()), name()),
                effect))
        : new CallOutcome.Done(
            reports.stream().map(report -> compared(report, digest)).toList(), facts);
  }

  /** That a member says YES to something else is a NO. */
  private static MemberReport compared(MemberReport report, String digest) {
    return report.answer() != MemberReport.Answer.YES || report.digest().equals(digest)
        ? report
        : MemberReport.no(
            report.member(), "says YES to another digest: " + shortened(report.digest()));
  }

  private static String shortened(String text) {
    return text.substring(0, Math.min(text.length(), MOST_SHOWN));
  }
}
