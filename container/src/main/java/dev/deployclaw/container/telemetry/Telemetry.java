package dev.deployclaw.container.telemetry;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.spi.BackendExecutor;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.function.Supplier;

/**
 * What is told to a collector of what the agent does. It looks on: nothing that befalls the
 * collector slows or fails what is looked at. Any thread.
 */
public interface Telemetry extends AutoCloseable {
  /** Tells nobody, and costs nothing. */
  Telemetry OFF = new Telemetry() {};

  /** As configured; {@link #OFF} where nothing is. */
  static Telemetry of(AgentConfig config) {
    return config.telemetry().isPresent()
        ? OtlpTelemetry.start(config.telemetry().get(), config.model())
        : OFF;
  }

  /** A journal whose executions are told once they ended or are held. */
  default Journal around(Journal journal) {
    return journal;
  }

  /** An executor whose calls are told with the execution that they were made for. */
  default BackendExecutor around(BackendExecutor executor) {
    return executor;
  }

  /** From now on these metrics are told, again and again. Called once. */
  default void serves(Supplier<MetricSnapshots> metrics) {}

  /** Tells what is left, within a bound, and stops. The journal must still be open. */
  @Override
  default void close() {}
}
