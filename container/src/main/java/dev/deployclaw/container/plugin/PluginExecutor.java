package dev.deployclaw.container.plugin;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A plugin's executor as the kernel sees it. It speaks for its own members alone. Of a participant
 * each member that the operator names answers, or is unknown. What it says is cut to a size that a
 * record holds. Any number of threads.
 */
public final class PluginExecutor extends ForwardingExecutor {
  private static final int MOST_REPORTS = 1_000;
  private static final int MOST_FACTS = 50;
  private static final int LONGEST_TEXT = 500;
  private static final int LONGEST_OBSERVATION = 32 << 20;

  private final Set<String> members;

  /**
   * @param members of a participant, with the executor's name before; empty for one that only looks
   */
  PluginExecutor(BackendExecutor inner, Collection<String> members) {
    super(inner);
    this.members = Set.copyOf(members);
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var outcome = super.execute(call);
    return outcome instanceof CallOutcome.Done done
        ? broken(done.reports(), call.call())
            .map(why -> failed(why, call.call()))
            .orElseGet(() -> CallOutcome.done(heard(done.reports(), call.call())))
        : outcome;
  }

  /** Why the whole answer counts for nothing. */
  private Optional<String> broken(List<MemberReport> reports, ExecutorCall call) {
    var seen = new HashSet<String>();
    for (var report : reports) {
      String member = report.member();
      boolean own = member.startsWith(name() + "/") && member.length() <= LONGEST_TEXT;
      if (!own) {
        return Optional.of("it speaks for " + cut(member) + ", which isn't its member");
      }
      if (!seen.add(member)) {
        return Optional.of("it answers twice for " + member);
      }
      if (!isLook(call) && !members.contains(member)) {
        return Optional.of(member + " isn't among the members of its configuration");
      }
      if (facts(report).length() > LONGEST_OBSERVATION) {
        return Optional.of(member + " reports more than 32 MiB");
      }
    }
    return reports.size() > MOST_REPORTS
        ? Optional.of("it gives more than " + MOST_REPORTS + " reports")
        : Optional.empty();
  }

  private static String facts(MemberReport report) {
    return String.valueOf(report.facts());
  }

  private CallOutcome failed(String why, ExecutorCall call) {
    String reason = "plugin " + name() + " answers wrongly: " + why;
    return CallOutcome.failed(
        EffectClass.of(call) == EffectClass.OBSERVE
            ? new CallFault.Unavailable(reason)
            : new CallFault.Unknown(reason));
  }

  private List<MemberReport> heard(List<MemberReport> reports, ExecutorCall call) {
    var all = new ArrayList<MemberReport>();
    reports.forEach(report -> all.add(cut(report, call)));
    if (!isLook(call)) {
      var silent = new HashSet<>(members);
      reports.forEach(r -> silent.remove(r.member()));
      silent.stream().sorted().forEach(m -> all.add(MemberReport.unknown(m, "didn't answer")));
    }
    return all;
  }

  /** An observation is kept whole: a rollback puts it back. */
  private static MemberReport cut(MemberReport report, ExecutorCall call) {
    var facts = report.facts();
    if (!(call instanceof ExecutorCall.Observe)) {
      var some = new TreeMap<String, Object>();
      facts.entrySet().stream()
          .limit(MOST_FACTS)
          .forEach(e ->
              some.put(cut(e.getKey()), e.getValue() instanceof String s ? cut(s) : scalar(e)));
      facts = some;
    }
    return new MemberReport(
        report.member(), report.answer(), cut(report.digest()), cut(report.reason()), facts);
  }

  private static Object scalar(Map.Entry<String, Object> fact) {
    var value = fact.getValue();
    return value instanceof Number || value instanceof Boolean ? value : cut(String.valueOf(value));
  }

  private static boolean isLook(ExecutorCall call) {
    return call instanceof ExecutorCall.Look;
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }
}
