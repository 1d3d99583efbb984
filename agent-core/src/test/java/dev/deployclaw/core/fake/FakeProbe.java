package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Synthetic requests that pass, until told otherwise. */
public final class FakeProbe implements Executor {
  private final List<Activation> probed = Collections.synchronizedList(new ArrayList<>());
  private final List<Activation> beaten = Collections.synchronizedList(new ArrayList<>());
  private volatile String failure = "";
  private volatile long failingEpoch;
  private volatile long p99Micros = 900;
  private volatile Function<Activation, List<Report>> answers = _ -> List.of();
  private volatile List<Report> beats = List.of(Report.yes("gateway/shop/one", "", Map.of()));

  FakeProbe copy() {
    var copy = new FakeProbe();
    copy.failure = failure;
    copy.beats = beats;
    copy.failingEpoch = failingEpoch;
    copy.p99Micros = p99Micros;
    return copy;
  }

  /** Every probe fails from now on; none with the empty text. */
  public void fail(String reason) {
    failure = reason;
    failingEpoch = 0;
  }

  /** Probes of one epoch fail from now on. */
  public void fail(long epoch, String reason) {
    failure = reason;
    failingEpoch = epoch;
  }

  /** From now on probes report this, by what they are asked for. */
  public void answers(Function<Activation, List<Report>> reports) {
    answers = reports;
  }

  /** How slow it is from now on. */
  public void slow(long micros) {
    p99Micros = micros;
  }

  /** What was probed so far, in order. */
  public List<Activation> probed() {
    return List.copyOf(probed);
  }

  /** What heartbeats asked for so far, in order. */
  public List<Activation> beaten() {
    return List.copyOf(beaten);
  }

  @Override
  public String name() {
    return "probe";
  }

  @Override
  public Set<String> verbs() {
    return Set.of("probe", "heartbeat");
  }

  /** Heartbeats report this from now on. */
  public void beats(Report... reports) {
    beats = List.of(reports);
  }

  @Override
  public Outcome execute(Invocation call) {
    if (call.call() instanceof Call.Heartbeat(Activation side)) {
      beaten.add(side);
      return Outcome.done(beats);
    }
    String member = "gateway/shop/one";
    boolean fails = !failure.isEmpty();
    List<Report> told = List.of();
    if (call.call() instanceof Call.Probe(Activation side, _)) {
      probed.add(side);
      told = answers.apply(side);
      fails &= failingEpoch == 0 || failingEpoch == side.epoch();
    }
    var report =
        !fails ? Report.yes(member, "", Map.of("requests", 500L)) : Report.no(member, failure);
    return new Outcome.Done(
        told.isEmpty() ? List.of(report) : told,
        Map.of("requests", 500L, "allowed", 330L, "refused", 170L, "p99_us", p99Micros));
  }
}
