package dev.deployclaw.container.plugin;

import dev.deployclaw.core.grant.EffectClass;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A plugin's executor as the kernel sees it. It speaks for its own members alone, also where it
 * only looks. What it says is cut to a size that a record holds. Any number of threads.
 */
public final class PluginExecutor extends ForwardingExecutor {
  private static final int MOST_REPORTS = 1_000;
  private static final int MOST_FACTS = 50;
  private static final int LONGEST_TEXT = 500;
  private static final int LONGEST_OBSERVATION = 32 << 20;

  PluginExecutor(BackendExecutor inner) {
    super(inner);
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var outcome = super.execute(call);
    return outcome instanceof CallOutcome.Done done
        ? broken(done.reports())
            .map(why -> failed(why, call.call()))
            .orElseGet(() ->
                CallOutcome.done(done.reports().stream().map(r -> cut(r, call.call())).toList()))
        : outcome;
  }

  /** Why the whole answer counts for nothing. */
  private Optional<String> broken(List<MemberReport> reports) {
    for (var report : reports) {
      String member = report.member();
      boolean own = member.equals(name()) || member.startsWith(name() + "/");
      if (!own || member.length() > LONGEST_TEXT) {
        return Optional.of("it speaks for " + cut(member) + ", which isn't its member");
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

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
  }
}
