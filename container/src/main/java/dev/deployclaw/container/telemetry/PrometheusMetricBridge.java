package dev.deployclaw.container.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The served metrics as the SDK's: each series under the name, with the labels and the number that
 * {@code /metrics} shows, since both read the same registry. Any thread.
 */
record PrometheusMetricBridge(Supplier<MetricSnapshots> served, Instant since)
    implements MetricProducer {
  @Override
  public Collection<MetricData> produce(Resource resource) {
    long now = nanos(Instant.now().toEpochMilli());
    return served.get().stream().flatMap(m -> converted(m, resource, now).stream()).toList();
  }

  /** Empty for a kind of metric that isn't served; a test holds all that are. */
  private Optional<MetricData> converted(MetricSnapshot metric, Resource resource, long now) {
    String name = metric.getMetadata().getPrometheusName();
    String help = Optional.ofNullable(metric.getMetadata().getHelp()).orElse("");
    return switch (metric) {
      case CounterSnapshot c ->
          Optional.of(
              new Metric(resource, name + "_total", help, MetricDataType.DOUBLE_SUM, sum(c, now)));
      case GaugeSnapshot g ->
          Optional.of(new Metric(resource, name, help, MetricDataType.DOUBLE_GAUGE, gauge(g, now)));
      case SummarySnapshot s ->
          Optional.of(new Metric(resource, name, help, MetricDataType.SUMMARY, summary(s, now)));
      default -> Optional.empty();
    };
  }

  private SumData<DoublePointData> sum(CounterSnapshot metric, long now) {
    var points =
        metric.getDataPoints().stream()
            .map(p -> DoublePointData.create(from(p), now, labels(p), p.getValue(), List.of()))
            .toList();
    return SumData.createDoubleSumData(true, AggregationTemporality.CUMULATIVE, points);
  }

  private GaugeData<DoublePointData> gauge(GaugeSnapshot metric, long now) {
    return GaugeData.createDoubleGaugeData(
        metric.getDataPoints().stream()
            .map(p -> DoublePointData.create(from(p), now, labels(p), p.getValue(), List.of()))
            .toList());
  }

  private SummaryData summary(SummarySnapshot metric, long now) {
    return SummaryData.create(
        metric.getDataPoints().stream()
            .map(p ->
                SummaryPointData.create(
                    from(p), now, labels(p), p.getCount(), p.getSum(), List.of()))
            .toList());
  }

  private long from(DataPointSnapshot point) {
    return nanos(
        point.hasCreatedTimestamp() ? point.getCreatedTimestampMillis() : since.toEpochMilli());
  }

  private static Attributes labels(DataPointSnapshot point) {
    var out = Attributes.builder();
    point.getLabels().forEach(label -> out.put(label.getName(), label.getValue()));
    return out.build();
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** One metric with all its series. */
  private record Metric(
      Resource resource, String name, String description, MetricDataType type, Data<?> data)
      implements MetricData {
    @Override
    public Resource getResource() {
      return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
      return InstrumentationScopeInfo.create(SdkSpanFactory.SCOPE);
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public String getDescription() {
      return description;
    }

    @Override
    public String getUnit() {
      return "";
    }

    @Override
    public MetricDataType getType() {
      return type;
    }

    @Override
    public Data<?> getData() {
      return data;
    }
  }
}
