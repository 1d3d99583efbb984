package dev.deployclaw.container.metrics;

import dev.deployclaw.container.health.BackendHealthMonitor;
import dev.deployclaw.container.monitor.EnforcementPointStatus;
import dev.deployclaw.container.notification.NotificationDispatcher;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.result.ExecutionStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is counted, for Prometheus. It learns from the thoughts and from what it is told; reading it
 * asks nobody. Any thread.
 */
public final class ServerMetrics implements ProgressListener {
  private static final String NAME = "deployclaw.";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Rows are replaced one by one: who reads meanwhile would see some twice, and some not. */
  private final Object rows = new Object();

  private final MultiGauge backEnds =
      MultiGauge.builder(NAME + "backend.up")
          .description("Whether a back end answered when it was last asked.")
          .register(registry);

  private final MultiGauge enforcement =
      MultiGauge.builder(NAME + "enforcement.point")
          .description("The state of each enforcement point: 1 at the current one.")
          .register(registry);

  /** Why somebody was turned away. */
  public enum Refusal {
    /** The request itself: out of scope, invalid, or nothing to go back to. */
    REQUEST,
    /** The gate doesn't take an approval from this person. */
    GATE,
    CREDENTIAL,
    ROLE,
    /** A page of another origin called, or one that could be. */
    PAGE,
    RATE,
    QUEUE
  }

  /** All counts are there from the start, at zero. */
  public ServerMetrics() {
    for (var result : ExecutionStatus.values()) {
      var _ = runs(result.name());
    }
    var _ = losses(ExecutionStatus.COMPLETED.name());
    var _ = losses(ExecutionStatus.UNKNOWN.name());
    for (var refusal : Refusal.values()) {
      var _ = refusals(refusal);
    }
    for (var answer : List.of("yes", "no", "unknown")) {
      var _ = votes(answer);
    }
  }

  /** The exposition in Prometheus' text format. */
  public String text() {
    synchronized (rows) {
      return registry.scrape();
    }
  }

  /** The same numbers, for who sends them on. */
  public MetricSnapshots snapshots() {
    synchronized (rows) {
      return registry.getPrometheusRegistry().scrape();
    }
  }

  @Override
  public void thought(LogEntry thought) {
    if (thought.phase() == Phase.END) {
      ended(thought.facts());
    } else if (thought.phase() == Phase.PREPARE && thought.facts().containsKey("yes")) {
      for (var answer : List.of("yes", "no", "unknown")) {
        votes(answer).increment(count(thought.facts().get(answer)));
      }
    }
  }

  public void refused(Refusal refusal) {
    refusals(refusal).increment();
  }

  /**
   * A caller's first call by a credential, and one an hour while it goes on.
   *
   * @param by the kind of credential
   */
  public void signedIn(String by) {
    counter("sign.ins", "First calls of callers, then one an hour while they continue.", "by", by)
        .increment();
  }

  /** What became of a message of the work queue on NATS. */
  public enum QueueOutcome {
    TAKEN,
    /** It comes again: no place was free, or no id could be reserved. */
    REFUSED,
    DEAD
  }

  public void messaged(QueueOutcome outcome) {
    messages(outcome).increment();
  }

  /** The counts of messages are there from the start, at zero. */
  public void knowsQueue() {
    for (var outcome : QueueOutcome.values()) {
      var _ = messages(outcome);
    }
  }

  private Counter messages(QueueOutcome outcome) {
    return counter(
        "nats.messages",
        "Messages of the work queue on NATS, by outcome.",
        "outcome",
        outcome.name().toLowerCase(Locale.ROOT));
  }

  /** A job ended by an exception. */
  public void failed() {
    counter("job.failures", "Jobs that ended by an internal fault.").increment();
  }

  /** What a back end lost was put back, or could not be. */
  public void putBack(ExecutionStatus result) {
    losses(result.name()).increment();
  }

  /** A request over HTTP was answered. */
  public void answered(String method, String route, int status, Duration took) {
    Timer.builder(NAME + "http.requests")
        .description("Requests over HTTP.")
        .tags(Tags.of("method", method, "route", route, "status", Integer.toString(status)))
        .register(registry)
        .record(took);
  }

  /** A number that is read when somebody looks. */
  public void gauge(String name, String description, DoubleSupplier value) {
    Gauge.builder(NAME + name, value, DoubleSupplier::getAsDouble)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** How the enforcement points stand: one row for each, which says its state. */
  public void points(List<EnforcementPointStatus> standing) {
    replace(
        enforcement,
        standing.stream()
            .<MultiGauge.Row<?>>map(s ->
                MultiGauge.Row.of(
                    Tags.of("point", s.member(), "namespace", s.namespace(), "state", s.word()), 1))
            .toList());
  }

  /** A try to tell a sink had an outcome. */
  public void notified(String sink, String outcome) {
    notifications(sink, outcome).increment();
  }

  /** A sink's counts are there from the start, at zero. */
  public void knows(String sink) {
    NotificationDispatcher.outcomes().forEach(outcome -> notifications(sink, outcome));
  }

  public void sampled(BackendHealthMonitor.Snapshot snapshot) {
    replace(
        backEnds,
        snapshot.backends().stream()
            .<MultiGauge.Row<?>>map(
                s -> MultiGauge.Row.of(Tags.of("backend", s.name()), s.trouble().isEmpty() ? 1 : 0))
            .toList());
  }

  /** The committed epoch; nothing known reads as not a number. */
  public static double epoch(BackendHealthMonitor health) {
    return health
        .last()
        .flatMap(BackendHealthMonitor.Snapshot::status)
        .map(s -> (double) s.active().map(CommittedEpoch::epoch).orElse(0L))
        .orElse(Double.NaN);
  }

  private void replace(MultiGauge gauge, List<MultiGauge.Row<?>> by) {
    synchronized (rows) {
      gauge.register(by, true);
    }
  }

  private void ended(Map<String, Object> facts) {
    runs(String.valueOf(facts.get("result"))).increment();
    if (facts.get("phases_us") instanceof Map<?, ?> phases) {
      phases.forEach((phase, micros) -> {
        if (micros instanceof Number n) {
          took(String.valueOf(phase), Duration.ofNanos(n.longValue() * 1000));
        }
      });
    }
  }

  private Counter losses(String result) {
    return counter(
        "losses",
        "Losses of the committed epoch in a back end, by result of the repair.",
        "result",
        result);
  }

  private void took(String phase, Duration duration) {
    Timer.builder(NAME + "phase")
        .description("Time of each phase of an execution.")
        .tag("phase", phase)
        .register(registry)
        .record(duration);
  }

  private Counter runs(String result) {
    return counter(
        "runs", "Executions by result; held ones count when they are held.", "result", result);
  }

  private Counter notifications(String sink, String outcome) {
    return counter(
        "notifications",
        "Attempts to notify a sink, by outcome.",
        "sink",
        sink,
        "outcome",
        outcome);
  }

  private Counter refusals(Refusal refusal) {
    return counter(
        "refusals",
        "Refused callers and requests, by reason.",
        "by",
        refusal.name().toLowerCase(Locale.ROOT));
  }

  private Counter votes(String answer) {
    return counter("votes", "Participants' votes before a commit.", "answer", answer);
  }

  private Counter counter(String name, String description, String... tags) {
    return Counter.builder(NAME + name).description(description).tags(tags).register(registry);
  }

  private static double count(@Nullable Object fact) {
    return switch (fact) {
      case Number n -> n.doubleValue();
      case Collection<?> names -> names.size();
      case null, default -> 0;
    };
  }
}
