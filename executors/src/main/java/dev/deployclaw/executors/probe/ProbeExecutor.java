package dev.deployclaw.executors.probe;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.probe.ProbeSettings.Entrance;
import dev.deployclaw.policy.probe.ProbeLane;
import dev.deployclaw.policy.probe.ProbePlan;
import dev.deployclaw.policy.probe.ProbePlanRequest;
import dev.deployclaw.policy.probe.ProbeRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Sends synthetic requests through the gateways' listening ports and compares each answer with what
 * the policy set says. It passed only if every report is YES: nothing unexpected, and every gateway
 * decided. Facts: {@code requests}, {@code allowed}, {@code refused}, {@code unexpected}, {@code
 * undecided}, {@code repeated}, {@code p50_us}, {@code p99_us}, {@code left_out}. A heartbeat is
 * the small sister, see {@link HeartbeatProber}.
 */
public final class ProbeExecutor implements BackendExecutor {
  private static final String PROBE = "probe";
  private static final String HEARTBEAT = "heartbeat";
  private static final Duration WARM_UP = Duration.ofSeconds(1);
  private static final CallOutcome NO_KEY =
      CallOutcome.failed(new CallFault.Invalid("the policy set has no key to verify probes with"));

  private final ProbeSettings settings;
  private final HeartbeatProber beats;

  public ProbeExecutor(ProbeSettings settings) {
    this.settings = settings;
    this.beats = new HeartbeatProber(settings);
  }

  @Override
  public String name() {
    return PROBE;
  }

  @Override
  public Set<String> verbs() {
    return Set.of(PROBE, HEARTBEAT);
  }

  @Override
  public CallOutcome execute(Invocation invocation) throws InterruptedException {
    return switch (invocation.call()) {
      case ExecutorCall.Probe(EpochSpec activation, _) when keyless(activation) -> NO_KEY;
      case ExecutorCall.Heartbeat(EpochSpec activation) when keyless(activation) -> NO_KEY;
      case ExecutorCall.Probe(EpochSpec activation, int requests) ->
          probe(activation, requests, invocation.deadline());
      case ExecutorCall.Heartbeat(EpochSpec activation) ->
          beats.beat(activation, invocation.deadline());
      default -> CallOutcome.unknownVerb("probes have", invocation);
    };
  }

  private static boolean keyless(EpochSpec activation) {
    return activation.set().probeKey().isEmpty();
  }

  private CallOutcome probe(EpochSpec activation, int requests, Duration deadline)
      throws InterruptedException {
    long end = System.nanoTime() + deadline.multipliedBy(4).dividedBy(5).toNanos();
    long start = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    String seed = activation.execution() + "-" + activation.epoch();
    var found = settings.entrances().get().without(activation.leftOut());
    var doors = new EntranceRoundRobin(found.open());
    var plan =
        ProbePlan.of(
            activation.set(), new ProbePlanRequest(doors.gateways(), requests, seed, start));
    var ledger = new ProbeStatistics();
    var tokens = ProbeTokens.of(plan.probes(), seed + "-" + start, settings.privateKey());
    if (settings.pace().warmsUp()) {
      warmUp(activation, plan, found.open(), seed + "-warm-up-" + start);
    }
    var way =
        new ProbeLaneRunner.Way(
            doors, new ProbeSender(settings, activation, tokens), new ProbePacer(settings.pace()));
    send(plan.lanes(), lane -> new ProbeLaneRunner(lane, way, ledger, end));
    var facts = ledger.facts();
    facts.put("left_out", plan.leftOut());
    var reports = new ArrayList<>(found.closed());
    found.open().forEach(e -> reports.add(report(e, activation, ledger)));
    return new CallOutcome.Done(reports, facts);
  }

  /**
   * Asks each entrance once, so that no later request waits for a connection that a gateway opens,
   * or a key that a service sees for the first time. The answers don't matter.
   *
   * @param counters that no other request is charged to
   */
  private void warmUp(
      EpochSpec activation, ProbePlan plan, List<Entrance> entrances, String counters)
      throws InterruptedException {
    var first = new HashMap<String, ProbeRequest>();
    plan.probes().forEach(probe -> first.putIfAbsent(probe.gateway(), probe));
    var tokens = ProbeTokens.of(List.copyOf(first.values()), counters, settings.privateKey());
    var sender =
        new ProbeSender(
            settings.answeringWithin(WARM_UP),
            activation,
            tokens,
            activation.execution() + "-warm-up");
    var known = entrances.stream().filter(e -> first.containsKey(e.name())).toList();
    new BoundedFanout("warm-up", settings.lanesAtOnce(), WARM_UP)
        .ask(
            known,
            entrance -> {
              var _ = sender.send(Objects.requireNonNull(first.get(entrance.name())), entrance);
              return MemberReport.skipped(entrance.member(), "warmed up");
            });
  }

  /** On a way back, a gateway that was added since is no way in. */
  private static MemberReport report(
      Entrance entrance, EpochSpec activation, ProbeStatistics ledger) {
    boolean known = activation.set().gateways().containsKey(entrance.name());
    return known || !activation.back()
        ? ledger.report(entrance, activation.digest())
        : MemberReport.skipped(entrance.member(), "was added after that epoch: it isn't probed");
  }

  private void send(List<ProbeLane> lanes, Function<ProbeLane, Runnable> start)
      throws InterruptedException {
    var places = new Semaphore(settings.lanesAtOnce());
    var named = Thread.ofVirtual().name("probe-", 0).factory();
    try (var threads = Executors.newThreadPerTaskExecutor(named)) {
      var running = new ArrayList<Future<?>>();
      for (var lane : lanes) {
        running.add(threads.submit(() -> inTurn(places, start.apply(lane))));
      }
      try {
        for (var lane : running) {
          lane.get();
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("a lane of probes failed", e.getCause());
      } finally {
        running.forEach(lane -> lane.cancel(true));
      }
    }
  }

  private static Void inTurn(Semaphore places, Runnable lane) throws InterruptedException {
    places.acquire();
    try {
      lane.run();
    } finally {
      places.release();
    }
    return null;
  }
}
