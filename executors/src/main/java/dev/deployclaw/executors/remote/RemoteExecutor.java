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
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.wire.CallCodec;
import dev.deployclaw.executors.wire.ContentDigests;
import dev.deployclaw.executors.wire.OfferedExecutor;
import dev.deployclaw.executors.wire.OutcomeCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An executor of an executor host. It blocks its caller; an interrupt cancels the call. To a step
 * of a change the members of this executor answer, each once, and a YES about an epoch counts for
 * the digest that was asked about.
 */
public final class RemoteExecutor implements BackendExecutor {
  private static final ContentDigests DIGESTS = new ContentDigests();

  private final HostConnection connection;
  private final OfferedExecutor offered;
  private final ConfiguredMembers members;

  /**
   * @param offered what the host says that it has, or less
   * @param members all that it has, where the configuration names them
   */
  public RemoteExecutor(
      HostConnection connection, OfferedExecutor offered, Optional<Set<String>> members) {
    this.connection = connection;
    this.offered = offered;
    this.members = new ConfiguredMembers(offered.name(), members);
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
    var contradiction = members.contradiction(reports);
    if (contradiction.isPresent()) {
      return CallOutcome.failed(
          OutcomeCodec.unanswered("the executor host " + contradiction.get(), effect));
    }
    var all = members.completed(reports);
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

  /**
   * The members of a participant as far as the configuration names them: then its host can neither
   * invent one nor leave one out. A participant may also answer as a whole, by its own name, but
   * then it says no YES.
   *
   * @param participant which is also what the names of its members begin with
   * @param names empty where only the back end knows them: the primaries of a cluster of Redis
   */
  private record ConfiguredMembers(String participant, Optional<Set<String>> names) {
    /** Characters of what a host made up, in a reason. */
    private static final int MOST_SHOWN = 64;

    ConfiguredMembers {
      names = names.map(Set::copyOf);
    }

    /** Why an answer counts for nothing. */
    Optional<String> contradiction(List<MemberReport> reports) {
      var seen = new HashSet<String>();
      for (var report : reports) {
        String member = report.member();
        if (!isOwn(report)) {
          return Optional.of(
              "answers for %s, which isn't of %s".formatted(cut(member), participant));
        }
        if (!seen.add(member) && !member.equals(participant)) {
          return Optional.of("answers twice for " + cut(member));
        }
      }
      return Optional.empty();
    }

    private boolean isOwn(MemberReport report) {
      String member = report.member();
      boolean whole = member.equals(participant);
      return names
          .map(known -> known.contains(member) || (whole && report.answer() != Answer.YES))
          .orElse(whole || member.startsWith(participant + "/"));
    }

    /** With those that are missing as unknown, unless the whole is open. */
    List<MemberReport> completed(List<MemberReport> reports) {
      var silent = new TreeSet<>(names.orElse(Set.of()));
      for (var report : reports) {
        if (report.member().equals(participant) && isOpen(report)) {
          return reports;
        }
        silent.remove(report.member());
      }
      var all = new ArrayList<>(reports);
      silent.forEach(m -> all.add(MemberReport.unknown(m, "the executor host leaves it out")));
      return all;
    }

    private static boolean isOpen(MemberReport report) {
      return report.answer() == Answer.NO || report.answer() == Answer.UNKNOWN;
    }

    static String cut(String text) {
      return text.substring(0, Math.min(text.length(), MOST_SHOWN));
    }
  }
}
