package dev.deployclaw.bench.decision;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.bench.limiter.ArrivalFigures;
import dev.deployclaw.bench.limiter.BareGrpcServer;
import dev.deployclaw.bench.limiter.ClosedLoopLoad;
import dev.deployclaw.bench.limiter.ClosedLoopLoad.Traffic;
import dev.deployclaw.bench.limiter.GrpcLimiter;
import dev.deployclaw.bench.limiter.HttpLimiter;
import dev.deployclaw.bench.limiter.InProcessLimiter;
import dev.deployclaw.bench.limiter.LimiterHttpServer;
import dev.deployclaw.bench.limiter.OpenLoopLoad;
import dev.deployclaw.bench.limiter.PeerLimiter;
import dev.deployclaw.bench.limiter.RateLimiter;
import dev.deployclaw.bench.measure.TurnMeter;
import dev.deployclaw.bench.measure.WorkloadFigures;
import dev.deployclaw.bench.sample.SampleLimits.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All who are measured by turns on one Redis. */
final class LimiterComparison implements AutoCloseable {
  static final String OURS = "our service";
  static final String OVER_HTTP = " over HTTP";
  static final List<String> PEERS = List.of("bucket4j", "spring_cloud_gateway", "redisson");

  static final String AT_EQUAL_RATE = OURS + OVER_HTTP + ", as often as bucket4j";

  private final TurnMeter meter;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<RateLimiter> all = new ArrayList<>();

  private LimiterComparison(TurnMeter meter) {
    this.meter = meter;
  }

  /**
   * Ours and Bucket4j in process, then ours and each peer behind the same HTTP server, then ours
   * over gRPC, and HTTP with nothing behind it.
   *
   * @param callers over how many connections HTTP is asked
   */
  static LimiterComparison of(DecisionBenchEstate estate, int tenants, int callers) {
    var limiters = new LimiterComparison(estate.meter());
    limiters.add(InProcessLimiter.of(estate, tenants));
    var bucket4j = limiters.add(PeerLimiter.bucket4j(estate.redis(), tenants));
    var script = limiters.opened(PeerLimiter.gatewayScript(estate.redis()));
    var redisson = limiters.opened(PeerLimiter.redisson(estate.redis(), tenants));
    var bare = limiters.opened(LimiterHttpServer.bare());
    limiters.add(HttpLimiter.to(estate.http(), OURS + OVER_HTTP, tenants, callers));
    var peers = List.<RateLimiter>of(bucket4j, script, redisson);
    for (int i = 0; i < peers.size(); i++) {
      var server = limiters.opened(LimiterHttpServer.of(peers.get(i)));
      limiters.add(HttpLimiter.to(server.address(), PEERS.get(i) + OVER_HTTP, tenants, callers));
    }
    limiters.add(GrpcLimiter.to(estate.grpc(), Kind.TOKEN_BUCKET, tenants));
    limiters.add(HttpLimiter.to(bare.address(), "bare HTTP", tenants, callers));
    limiters.add(GrpcLimiter.to(limiters.opened(BareGrpcServer.start()), tenants));
    return limiters;
  }

  List<WorkloadFigures> measure(Traffic traffic, int warmUp, int rounds)
      throws InterruptedException {
    var works = all.stream().map(l -> new ClosedLoopLoad(l, traffic, meter)).toList();
    return WorkloadFigures.measure(works, warmUp, rounds);
  }

  /** At half of its own most each, and ours over HTTP also as often as Bucket4j there. */
  List<ArrivalFigures> arrivals(List<WorkloadFigures> most, int tenants, int rounds, Duration each)
      throws InterruptedException {
    var traffic = new Traffic(1, 1, tenants);
    List<OpenLoopLoad> loops = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      loops.add(new OpenLoopLoad(all.get(i), most.get(i).perSecond() / 2, traffic));
    }
    var ours = loops.get(place(OURS + OVER_HTTP));
    loops.add(ours.asOftenAs(loops.get(place(PEERS.getFirst() + OVER_HTTP)), AT_EQUAL_RATE));
    return OpenLoopLoad.measure(loops, rounds, each);
  }

  private int place(String title) {
    return all.stream().map(RateLimiter::title).toList().indexOf(title);
  }

  @Override
  public void close() {
    try {
      for (var one : opened.reversed()) {
        one.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException("can't be closed", e);
    }
  }

  private <T extends RateLimiter> T add(T limiter) {
    all.add(limiter);
    return opened(limiter);
  }

  private <T extends AutoCloseable> T opened(T one) {
    opened.add(one);
    return one;
  }
}
