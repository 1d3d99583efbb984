package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.container.telemetry.Collector;
import dev.deployclaw.container.telemetry.Telemetry;
import dev.deployclaw.testkit.BoundedWait;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics that a collector gets against those that {@code /metrics} shows. */
class OtlpMetricsTest {
  @TempDir Path folder;

  @Test
  void areTheSameSeriesWithTheSameNumbers() throws Exception {
    try (var collector = Collector.start(Collector.Manner.TAKES);
        var telemetry = Telemetry.of(Collector.config(folder, section(collector)));
        var served =
            Served.start(folder, List.of(new BackendHealthCheck("etcd", Optional::empty)))) {
      telemetry.serves(served.server.metrics()::snapshots);
      served.done("apply", "COMPLETED");
      served.submit("destroy");

      BoundedWait.until(
          "both show the same, and all there is",
          ServerFixture.SOON,
          () -> {
            var shown = shown(served.get("/metrics", Served.VIC).body());
            return shown.getOrDefault("deployclaw_runs_total{result=REFUSED}", 0.0) == 1
                && shown.keySet().stream().anyMatch(s -> s.startsWith("deployclaw_phase_seconds"))
                && sent(collector.metrics()).equals(shown);
          });

      assertThat(collector.metrics())
          .filteredOn(Metric::hasSum)
          .isNotEmpty()
          .allMatch(m -> m.getSum().getIsMonotonic())
          .allMatch(m ->
              m.getSum().getAggregationTemporality()
                  == AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    }
  }

  /** What is counted last is sent at the end, and does not wait for its time. */
  @Test
  void areSentOnceMoreAtTheEnd() throws Exception {
    try (var collector = Collector.start(Collector.Manner.TAKES);
        var served = Served.start(folder, List.of())) {
      try (var telemetry =
          Telemetry.of(
              Collector.config(
                  folder, section(collector).replace("interval: 1s", "interval: 1h")))) {
        telemetry.serves(served.server.metrics()::snapshots);
        served.done("apply", "COMPLETED");
      }

      assertThat(sent(collector.metrics()))
          .containsEntry("deployclaw_runs_total{result=COMPLETED}", 1.0);
    }
  }

  /** What changes by looking, or as time goes by. */
  private static boolean restless(String series) {
    return series.startsWith("deployclaw_http_requests")
        || series.startsWith("deployclaw_audit_backlog_seconds")
        || series.startsWith("deployclaw_heartbeat_age_seconds");
  }

  private static String section(Collector collector) {
    return "telemetry: {endpoint: \"%s/\", interval: 1s, flush: 20s}\n".formatted(collector.url());
  }

  /** As Prometheus reads them. */
  private static Map<String, Double> shown(String exposition) {
    var out = new TreeMap<String, Double>();
    exposition
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replace("\"", "").replace(",}", "}"))
        .forEach(line ->
            out.put(
                line.substring(0, line.lastIndexOf(' ')),
                Double.valueOf(line.substring(line.lastIndexOf(' ') + 1))));
    out.keySet().removeIf(OtlpMetricsTest::restless);
    return out;
  }

  private static Map<String, Double> sent(List<Metric> metrics) {
    var out = new TreeMap<String, Double>();
    for (var metric : metrics) {
      var name = metric.getName();
      numbers(metric).forEach(p -> out.put(name + labels(p.getAttributesList()), p.getAsDouble()));
      for (var point : metric.getSummary().getDataPointsList()) {
        var labels = labels(point.getAttributesList());
        out.put(name + "_count" + labels, (double) point.getCount());
        out.put(name + "_sum" + labels, point.getSum());
      }
    }
    out.keySet().removeIf(OtlpMetricsTest::restless);
    return out;
  }

  private static List<NumberDataPoint> numbers(Metric metric) {
    return metric.hasSum()
        ? metric.getSum().getDataPointsList()
        : metric.getGauge().getDataPointsList();
  }

  private static String labels(List<KeyValue> labels) {
    return labels.isEmpty()
        ? ""
        : labels.stream()
            .map(l -> l.getKey() + "=" + l.getValue().getStringValue())
            .sorted()
            .collect(Collectors.joining(",", "{", "}"));
  }
}
