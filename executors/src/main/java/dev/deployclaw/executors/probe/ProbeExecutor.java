package dev.deployclaw.executors.probe;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.probe.ProbeSettings.Entrance;
import dev.deployclaw.policy.probe.Lane;
import dev.deployclaw.policy.probe.Order;
import dev.deployclaw.policy.probe.ProbePlan;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Sends synthetic requests through the gateways' listening ports and compares each answer with what
 * the policy set says. It passed only if every report is YES: nothing unexpected, and every gateway
 * decided. Facts: {@code requests}, {@code allowed}, {@code refused}, {@code unexpected}, {@code
 * undecided}, {@code repeated}, {@code p50_us}, {@code p99_us}, {@code left_out}. A heartbeat is
 * the small sister, see {@link Beats}.
 */
public final class ProbeExecutor implements Executor {
  private static final String PROBE = "probe";
  private static final String HEARTBEAT = "heartbeat";
  private static final Outcome NO_KEY =
      Outcome.failed(new Fault.Invalid("the policy set has no key to verify probes with"));

  private final ProbeSettings settings;
  private final Beats beats;

  public ProbeExecutor(ProbeSettings settings) {
    this.settings = settings;
    this.beats = new Beats(settings);
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
  public Outcome execute(Invocation invocation) throws InterruptedException {
    return switch (invocation.call()) {
      case Call.Probe(Activation activation, _) when keyless(activation) -> NO_KEY;
      case Call.Heartbeat(Activation activation) when keyless(activation) -> NO_KEY;
      case Call.Probe(Activation activation, int requests) ->
          probe(activation, requests, invocation.deadline());
      case Call.Heartbeat(Activation activation) -> beats.beat(activation, invocation.deadline());
      default -> Outcome.failed(new Fault.Invalid("probes know no " + invocation.call().verb()));
    };
  }

  private static boolean keyless(Activation activation) {
    return activation.set().probeKey().isEmpty();
  }

  private Outcome probe(Activation activation, int requests, Duration deadline)
      throws InterruptedException {
    long end = System.nanoTime() + deadline.multipliedBy(4).dividedBy(5).toNanos();
    long start = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    String seed = activation.execution() + "-" + activation.epoch();
    var found = settings.entrances().now();
    var doors = new Doors(found.open());
    var plan = ProbePlan.of(activation.set(), new Order(doors.gateways(), requests, seed, start));
    var ledger = new Ledger();
    var tokens = Tokens.of(plan.probes(), seed + "-" + start, settings.privateKey());
    var sender = new Sender(settings, activation, tokens);
    send(plan.lanes(), lane -> new LaneRun(lane, new LaneRun.Way(doors, sender), ledger, end));
    var facts = ledger.facts();
    facts.put("left_out", plan.leftOut());
    var reports = new ArrayList<>(found.closed());
    found.open().forEach(e -> reports.add(report(e, activation, ledger)));
    return new Outcome.Done(reports, facts);
  }

  /** On a way back, a gateway that was added since is no way in. */
  private static Report report(Entrance entrance, Activation activation, Ledger ledger) {
    boolean known = activation.set().gateways().containsKey(entrance.name());
    return known || !activation.back()
        ? ledger.report(entrance, activation.digest())
        : Report.skipped(entrance.member(), "was added since that epoch: nothing is asked of it");
  }

  /** One lane, made ready to be sent. */
  private interface Start {
    Runnable of(Lane lane);
  }

  private void send(List<Lane> lanes, Start start) throws InterruptedException {
    var places = new Semaphore(settings.lanesAtOnce());
    var named = Thread.ofVirtual().name("probe-", 0).factory();
    try (var threads = Executors.newThreadPerTaskExecutor(named)) {
      var running = new ArrayList<Future<?>>();
      for (var lane : lanes) {
        running.add(threads.submit(() -> inTurn(places, start.of(lane))));
      }
      try {
        for (var lane : running) {
          lane.get();
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("a lane of probes broke off", e.getCause());
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
