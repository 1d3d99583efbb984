package dev.deployclaw.container.telemetry;

import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.container.config.TelemetryConfig;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.NotifyingJournal;
import dev.deployclaw.core.spi.BackendExecutor;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** By OTLP over HTTP, in protobuf. */
final class OtlpTelemetry implements Telemetry {
  /**
   * The SDK tells on standard error of each sending that failed, with what the collector answered.
   * It is said once instead, without that. Held here, since a logger that nobody holds is forgotten
   * with its level.
   */
  private static final Logger SDK = Logger.getLogger("io.opentelemetry");

  /** Down for a moment is tried again; what is down for longer is given up within a second. */
  private static final RetryPolicy TRIES =
      RetryPolicy.builder()
          .setMaxAttempts(3)
          .setInitialBackoff(Duration.ofMillis(100))
          .setMaxBackoff(Duration.ofMillis(500))
          .build();

  private final TelemetryConfig config;
  private final Resource resource;
  private final ExecutorCallBuffer trail = new ExecutorCallBuffer();
  private final ExportStatus reach = new ExportStatus();
  private final Optional<TraceExporter> traces;
  private final AtomicReference<Runnable> stopMetrics = new AtomicReference<>(() -> {});

  private OtlpTelemetry(TelemetryConfig config, Optional<ModelConfig> model) {
    this.config = config;
    this.resource =
        Resource.getDefault().toBuilder()
            .put(SpanAttributeKeys.SERVICE, config.service())
            .put(SpanAttributeKeys.INSTANCE, UUID.randomUUID().toString())
            .build();
    this.traces = config.traces() ? Optional.of(sender(model)) : Optional.empty();
  }

  static OtlpTelemetry start(TelemetryConfig config, Optional<ModelConfig> model) {
    SDK.setLevel(Level.OFF);
    return new OtlpTelemetry(config, model);
  }

  @Override
  public Journal around(Journal journal) {
    return traces
        .<Journal>map(sender ->
            new NotifyingJournal(
                journal, (execution, sealed) -> sender.appended(journal, execution, sealed)))
        .orElse(journal);
  }

  @Override
  public BackendExecutor around(BackendExecutor executor) {
    return traces.isPresent() ? new CallRecordingExecutor(executor, trail) : executor;
  }

  @Override
  public void serves(Supplier<MetricSnapshots> metrics) {
    if (config.metrics()) {
      var reader =
          PeriodicMetricReader.builder(new MonitoredMetricExporter(metricExporter(), reach))
              .setInterval(config.bounds().interval())
              .build();
      var provider =
          SdkMeterProvider.builder()
              .setResource(resource)
              .registerMetricProducer(new PrometheusMetricBridge(metrics, Instant.now()))
              .registerMetricReader(reader)
              .build();
      stopMetrics.set(provider::close);
    }
  }

  /** The SDK waits for a slow collector as long as it likes; this does not. */
  @Override
  public void close() {
    long until = System.nanoTime() + config.bounds().flush().toNanos();
    var metrics = Thread.ofPlatform().daemon().name("telemetry-end").start(stopMetrics.get());
    try {
      if (traces.isPresent()) {
        traces.get().close(left(until));
      }
      var _ = metrics.join(left(until));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration left(long until) {
    return Duration.ofNanos(Math.max(1, until - System.nanoTime()));
  }

  private TraceExporter sender(Optional<ModelConfig> model) {
    var exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(address("/v1/traces"))
            .setHeaders(this::headers)
            .setTimeout(config.bounds().timeout())
            .setConnectTimeout(config.bounds().timeout())
            .setRetryPolicy(TRIES)
            .setMeterProvider(MeterProvider.noop())
            .build();
    return new TraceExporter(
        trail,
        new SdkSpanFactory(resource),
        new TraceExporter.Outlet(exporter, reach),
        new TraceExporter.Terms(config.bounds().timeout(), model));
  }

  private OtlpHttpMetricExporter metricExporter() {
    return OtlpHttpMetricExporter.builder()
        .setEndpoint(address("/v1/metrics"))
        .setHeaders(this::headers)
        .setTimeout(config.bounds().timeout())
        .setConnectTimeout(config.bounds().timeout())
        .setRetryPolicy(TRIES)
        .setMeterProvider(MeterProvider.noop())
        .build();
  }

  private String address(String path) {
    return config.endpoint().replaceFirst("/+$", "") + path;
  }

  private Map<String, String> headers() {
    return config.headers().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, h -> h.getValue().value()));
  }

  /** An exporter of metrics, of which it is noted whether they arrive. */
  private record MonitoredMetricExporter(MetricExporter inner, ExportStatus reach)
      implements MetricExporter {
    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      return reach.watch(inner.export(metrics));
    }

    @Override
    public CompletableResultCode flush() {
      return inner.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return inner.shutdown();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrument) {
      return inner.getAggregationTemporality(instrument);
    }
  }
}
