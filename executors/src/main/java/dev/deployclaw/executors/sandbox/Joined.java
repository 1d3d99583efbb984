package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
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
public final class Joined implements Executor {
  private final List<Executor> parts;

  private Joined(List<Executor> parts) {
    this.parts = parts;
  }

  /**
   * @throws IllegalArgumentException where the parts differ in name or verbs
   */
  public static Executor of(List<? extends Executor> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    boolean alike =
        parts.stream().map(Executor::name).distinct().count() == 1
            && parts.stream().map(Executor::verbs).distinct().count() == 1;
    if (!alike) {
      throw new IllegalArgumentException(
          "parts differ: " + parts.stream().map(Executor::name).toList());
    }
    return new Joined(List.copyOf(parts));
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
  public Outcome execute(Invocation call) throws InterruptedException {
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

  private Outcome together(List<Future<Outcome>> asked, Call call) throws InterruptedException {
    var reports = new ArrayList<Report>();
    var facts = new TreeMap<String, Object>();
    for (var part : asked) {
      switch (outcome(part)) {
        case Outcome.Done done -> {
          reports.addAll(spoken(done, call));
          facts.putAll(done.facts());
        }
        case Outcome.Failed failed -> reports.add(failed.report(name()));
      }
    }
    return new Outcome.Done(reports, facts);
  }

  /** In a look, nothing may be there; but that nobody of a part said no is no yes of it. */
  private List<Report> spoken(Outcome.Done done, Call call) {
    return done.reports().isEmpty() && !(call instanceof Call.Look)
        ? List.of(Report.unknown(name(), "no member of a part of it answered"))
        : done.reports();
  }

  private static Outcome outcome(Future<Outcome> part) throws InterruptedException {
    try {
      return part.get();
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case InterruptedException _ -> Outcome.failed(new Fault.Unknown("was interrupted"));
        case RuntimeException bug -> throw bug;
        case Error bug -> throw bug;
        case null, default -> throw new IllegalStateException(e);
      };
    }
  }
}
