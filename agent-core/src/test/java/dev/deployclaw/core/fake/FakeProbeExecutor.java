package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Synthetic requests that pass, until told otherwise. */
public final class FakeProbeExecutor implements BackendExecutor {
  private final List<EpochSpec> probed = Collections.synchronizedList(new ArrayList<>());
  private final List<EpochSpec> beaten = Collections.synchronizedList(new ArrayList<>());
  private volatile String failure = "";
  private volatile long failingEpoch;
  private volatile long p99Micros = 900;
  private volatile Function<EpochSpec, List<MemberReport>> answers = _ -> List.of();
  private volatile List<MemberReport> beats =
      List.of(MemberReport.yes("gateway/shop/one", "", Map.of()));

  FakeProbeExecutor copy() {
    var copy = new FakeProbeExecutor();
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
  public void answers(Function<EpochSpec, List<MemberReport>> reports) {
    answers = reports;
  }

  /** How slow it is from now on. */
  public void slow(long micros) {
    p99Micros = micros;
  }

  /** What was probed so far, in order. */
  public List<EpochSpec> probed() {
    return List.copyOf(probed);
  }

  /** What heartbeats asked for so far, in order. */
  public List<EpochSpec> beaten() {
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
  public void beats(MemberReport... reports) {
    beats = List.of(reports);
  }

  @Override
  public CallOutcome execute(Invocation call) {
    if (call.call() instanceof ExecutorCall.Heartbeat(EpochSpec side)) {
      beaten.add(side);
      return CallOutcome.done(beats);
    }
    String member = "gateway/shop/one";
    boolean fails = !failure.isEmpty();
    List<MemberReport> told = List.of();
    if (call.call() instanceof ExecutorCall.Probe(EpochSpec side, _)) {
      probed.add(side);
      told = answers.apply(side);
      fails &= failingEpoch == 0 || failingEpoch == side.epoch();
    }
    var report =
        !fails
            ? MemberReport.yes(member, "", Map.of("requests", 500L))
            : MemberReport.no(member, failure);
    return new CallOutcome.Done(
        told.isEmpty() ? List.of(report) : told,
        Map.of("requests", 500L, "allowed", 330L, "refused", 170L, "p99_us", p99Micros));
  }
}
