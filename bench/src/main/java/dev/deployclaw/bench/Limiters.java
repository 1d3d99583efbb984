package dev.deployclaw.bench;

import dev.deployclaw.bench.ClosedLoop.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All who are measured by turns on one Redis. */
final class Limiters implements AutoCloseable {
  private static final int ARRIVAL_ROUNDS = 3;

  private final Meter meter;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<Limiter> all = new ArrayList<>();

  private Limiters(Meter meter) {
    this.meter = meter;
  }

  /**
   * Ours and Bucket4j in process, then each behind the same HTTP server, then ours over gRPC, and
   * HTTP with nothing behind it.
   *
   * @param callers over how many connections HTTP is asked
   */
  static Limiters of(DecidingEstate estate, int tenants, int callers) {
    var limiters = new Limiters(estate.meter());
    limiters.add(DeciderLimiter.of(estate, tenants));
    var bucket4j = limiters.add(Bucket4jLimiter.on(estate.redis(), tenants));
    var its = limiters.opened(HttpFront.of(bucket4j));
    var bare = limiters.opened(HttpFront.bare());
    limiters.add(HttpLimiter.to(estate.http(), "our service over HTTP", tenants, callers));
    limiters.add(HttpLimiter.to(its.address(), "bucket4j over HTTP", tenants, callers));
    limiters.add(GrpcLimiter.to(estate.grpc(), tenants));
    limiters.add(HttpLimiter.to(bare.address(), "bare HTTP", tenants, callers));
    return limiters;
  }

  List<Worked> measure(Traffic traffic, int warmUp, int rounds) throws InterruptedException {
    var works = all.stream().map(l -> new ClosedLoop(l, traffic, meter)).toList();
    return Worked.measure(works, warmUp, rounds);
  }

  /**
   * Each at half of its own most.
   *
   * @param most what each came to, in the same order
   */
  List<Arrived> arrivals(List<Worked> most, int tenants, Duration each)
      throws InterruptedException {
    var traffic = new Traffic(1, 1, tenants);
    List<OpenLoop> loops = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      loops.add(new OpenLoop(all.get(i), most.get(i).perSecond() / 2, traffic));
    }
    return OpenLoop.measure(loops, ARRIVAL_ROUNDS, each);
  }

  /** The last first. */
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

  private <T extends Limiter> T add(T limiter) {
    all.add(limiter);
    return opened(limiter);
  }

  private <T extends AutoCloseable> T opened(T one) {
    opened.add(one);
    return one;
  }
}
