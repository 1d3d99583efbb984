package dev.deployclaw.executors.member;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Several executors of one name as one: each call goes to all of them at once, and their reports
 * stand together, in the order of the parts. So the members of a participant may be of several
 * kinds: gateways that are files and gateways that are pods, sources in folders and in ConfigMaps.
 * A part that fails as a whole is a report of its own; the others' reports stand.
 */
public record CompositeExecutor(List<BackendExecutor> parts) implements BackendExecutor {
  /**
   * @throws IllegalArgumentException where the parts differ in name or verbs
   */
  public static BackendExecutor of(List<? extends BackendExecutor> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    boolean alike =
        parts.stream().map(BackendExecutor::name).distinct().count() == 1
            && parts.stream().map(BackendExecutor::verbs).distinct().count() == 1;
    if (!alike) {
      throw new IllegalArgumentException(
          "parts differ: " + parts.stream().map(BackendExecutor::name).toList());
    }
    return new CompositeExecutor(List.copyOf(parts));
  }

  @Override
  public String name() {
    return parts.getFirst().name();
  }

  @Override
  public Set<String> verbs() {
    return parts.getFirst().verbs();
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var named = Thread.ofVirtual().name(call.operation() + "-part-", 0).factory();
    try (var threads = Executors.newThreadPerTaskExecutor(named)) {
      var asked = parts.stream().map(p -> threads.submit(() -> p.execute(call))).toList();
      try {
        return together(asked, call.call());
      } finally {
        asked.forEach(a -> a.cancel(true));
      }
    }
  }

  private CallOutcome together(List<Future<CallOutcome>> asked, ExecutorCall call)
      throws InterruptedException {
    var reports = new ArrayList<MemberReport>();
    var facts = new TreeMap<String, Object>();
    for (var part : asked) {
      switch (outcome(part)) {
        case CallOutcome.Done done -> {
          reports.addAll(spoken(done, call));
          facts.putAll(done.facts());
        }
        case CallOutcome.Failed failed -> reports.add(failed.report(name()));
      }
    }
    return new CallOutcome.Done(reports, facts);
  }

  /** In a look, nothing may be there; but that nobody of a part said no is no yes of it. */
  private List<MemberReport> spoken(CallOutcome.Done done, ExecutorCall call) {
    return done.reports().isEmpty() && !(call instanceof ExecutorCall.Look)
        ? List.of(MemberReport.unknown(name(), "no member of a part of it answered"))
        : done.reports();
  }

  private static CallOutcome outcome(Future<CallOutcome> part) throws InterruptedException {
    try {
      return part.get();
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case InterruptedException _ -> CallOutcome.failed(new CallFault.Unknown("was interrupted"));
        case RuntimeException bug -> throw bug;
        case Error bug -> throw bug;
        case null, default -> throw new IllegalStateException(e);
      };
    }
  }
}
