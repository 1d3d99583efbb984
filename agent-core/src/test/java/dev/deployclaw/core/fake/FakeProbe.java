package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Synthetic requests that pass, until told otherwise. */
public final class FakeProbe implements Executor {
  private volatile String failure = "";
  private volatile List<Report> beats = List.of(Report.yes("gateway/shop/one", "", Map.of()));

  /** Every probe fails from now on; none with the empty text. */
  public void fail(String reason) {
    failure = reason;
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
    if (call.call() instanceof Call.Heartbeat) {
      return Outcome.done(beats);
    }
    String member = "gateway/shop/one";
    var report =
        failure.isEmpty()
            ? Report.yes(member, "", Map.of("requests", 500L))
            : Report.no(member, failure);
    return new Outcome.Done(
        List.of(report),
        Map.of("requests", 500L, "allowed", 330L, "refused", 170L, "p99_us", 900L));
  }
}
