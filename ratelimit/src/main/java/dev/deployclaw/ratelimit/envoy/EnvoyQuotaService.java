package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Answers {@code StreamRateLimitQuotas}, the one call of Envoy's quota protocol: Envoys report what
 * their buckets let pass, and are assigned what was charged ahead. Belongs to one event loop.
 */
public final class EnvoyQuotaService {
  static final String CALL =
      "/envoy.service.rate_limit_quota.v3.RateLimitQuotaService/StreamRateLimitQuotas";

  private static final long SWEEP_MILLIS = 1_000;

  private final QuotaStream.Loop loop;
  private final QuotaBudget budget;
  private final Set<QuotaStream> streams = new LinkedHashSet<>();
  private long sweeper = -1;

  /**
   * @param budget of all event loops together
   */
  public EnvoyQuotaService(Vertx vertx, RateLimitDecider decider, QuotaBudget budget) {
    this.budget = budget;
    this.loop = new QuotaStream.Loop(vertx, decider, System::nanoTime);
  }

  void open(HttpServerRequest request) {
    var call = new GrpcMessageStream(request, budget);
    if (!budget.open()) {
      call.fail(
          GrpcMessageStream.RESOURCE_EXHAUSTED,
          "there are " + QuotaBudget.MOST_STREAMS + " streams");
      return;
    }
    var stream = new QuotaStream(call, budget, loop);
    streams.add(stream);
    if (streams.size() == 1) {
      sweeper = loop.vertx().setPeriodic(SWEEP_MILLIS, _ -> sweep());
    }
    call.open(stream::message, () -> close(stream));
  }

  private void close(QuotaStream stream) {
    stream.close();
    if (streams.remove(stream)) {
      budget.close();
    }
    if (streams.isEmpty()) {
      loop.vertx().cancelTimer(sweeper);
    }
  }

  /** A stream may end by it. */
  private void sweep() {
    new ArrayList<>(streams).forEach(QuotaStream::sweep);
  }
}
