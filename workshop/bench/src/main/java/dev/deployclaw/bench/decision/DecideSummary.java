package dev.deployclaw.bench.decision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.bench.limiter.ArrivalFigures;
import dev.deployclaw.bench.measure.WorkloadFigures;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run as ratios, on one line: those of speeds say how many times as fast ours is. */
final class DecideSummary {
  private static final String OUR_HTTP = LimiterComparison.OURS + LimiterComparison.OVER_HTTP;
  private static final String OUR_GRPC = LimiterComparison.OURS + " over gRPC";
  private static final String ITS_HTTP = "bucket4j" + LimiterComparison.OVER_HTTP;
  private static final int DECIMALS = 5;

  private DecideSummary() {}

  static String line(DecideBench.Figures figures) {
    Map<String, BigDecimal> out = new LinkedHashMap<>();
    var functions = figures.algorithms();
    out.put("token_bucket_cpu_to_empty", cpu(functions, "token-bucket", "empty function"));
    out.put("sliding_window_to_token_bucket", cpu(functions, "sliding-window", "token-bucket"));
    out.put("eight_limits_to_one", cpu(figures.several(), "8 limits", "1 limit"));
    for (var part : List.of("spread", "hot")) {
      var all = part.equals("spread") ? figures.spread() : figures.hot();
      out.put(
          "process_" + part + "_to_bucket4j",
          speed(all, "our decider, in process", "bucket4j, in process"));
      out.put("http_" + part + "_to_bucket4j", speed(all, OUR_HTTP, ITS_HTTP));
    }
    out.put("grpc_to_http", speed(figures.spread(), OUR_GRPC, OUR_HTTP));
    long theirs = ninetyNine(figures.arrivals(), ITS_HTTP);
    out.put("http_p99_to_bucket4j", decimals(ninetyNine(figures.arrivals(), OUR_HTTP), theirs));
    long equal = ninetyNine(figures.arrivals(), LimiterComparison.AT_EQUAL_RATE);
    out.put("http_p99_to_bucket4j_at_equal_rate", decimals(equal, theirs));
    var grpc = figures.leased().overGrpc();
    out.put("leased_to_exact_grpc", speed(grpc, OUR_GRPC + ", leased", OUR_GRPC));
    out.put("leased_redis_cpu_to_exact", cpu(grpc, OUR_GRPC + ", leased", OUR_GRPC));
    var worst = figures.leased().worst();
    out.put("leased_admitted_beyond", worst.beyondShare());
    out.put("leased_refused_early", decimals(worst.early(), worst.asked()));
    for (var peer : LimiterComparison.PEERS) {
      out.put(
          "http_spread_to_" + peer,
          speed(figures.spread(), OUR_HTTP, peer + LimiterComparison.OVER_HTTP));
    }
    return written(out);
  }

  private static String written(Map<String, BigDecimal> ratios) {
    try {
      return new ObjectMapper().writeValueAsString(ratios);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static BigDecimal cpu(List<WorkloadFigures> all, String of, String to) {
    return decimals(named(all, of).redis().median(), named(all, to).redis().median());
  }

  private static BigDecimal speed(List<WorkloadFigures> all, String of, String to) {
    return decimals(named(all, to).nanos().median(), named(all, of).nanos().median());
  }

  private static BigDecimal decimals(long of, long to) {
    return BigDecimal.valueOf(of * 100_000 / Math.max(1, to), DECIMALS);
  }

  private static WorkloadFigures named(List<WorkloadFigures> all, String title) {
    return all.stream().filter(w -> w.title().equals(title)).findFirst().orElseThrow();
  }

  private static long ninetyNine(List<ArrivalFigures> all, String title) {
    var found = all.stream().filter(a -> a.title().equals(title)).findFirst().orElseThrow();
    return found.ninetyNine().median();
  }
}
