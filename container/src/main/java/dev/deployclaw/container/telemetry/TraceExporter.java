package dev.deployclaw.container.telemetry;

import dev.deployclaw.audit.record.TraceParent;
import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.container.telemetry.ExecutorCallBuffer.Calls;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the trace of each execution once its log says how it ended. One thread behind a bounded
 * queue reads the log and sends; the thread that ends an execution only hands in its name.
 */
final class TraceExporter {
  private static final Logger LOG = LoggerFactory.getLogger(TraceExporter.class);
  private static final int MOST_WAITING = 256;
  private static final int SPANS_AT_ONCE = 512;

  /** In the canonical form of every last record; a record that only quotes it escapes it. */
  private static final String ENDED = "\"phase\":\"end\"";

  private final ExecutorCallBuffer trail;
  private final SdkSpanFactory maker;
  private final SpanExporter exporter;
  private final ExportStatus reach;
  private final Terms terms;
  private final ThreadPoolExecutor thread;

  /**
   * @param timeout of one sending, its tries together
   */
  record Terms(Duration timeout, Optional<ModelConfig> model) {}

  TraceExporter(ExecutorCallBuffer trail, SdkSpanFactory maker, Outlet outlet, Terms terms) {
    this.trail = trail;
    this.maker = maker;
    this.exporter = outlet.exporter();
    this.reach = outlet.reach();
    this.terms = terms;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            task -> Thread.ofPlatform().daemon().name("telemetry").unstarted(task),
            (_, _) -> reach.dropped("too many spans wait"));
  }

  /** By what spans leave, and who notes whether they arrive. */
  record Outlet(SpanExporter exporter, ExportStatus reach) {}

  /** Looks at a record that is on disk now. */
  void appended(Journal journal, String execution, SealedRecord sealed) {
    if (new String(sealed.bytes(), StandardCharsets.UTF_8).contains(ENDED)) {
      var calls = trail.take(execution);
      thread.execute(() -> told(journal, execution, sealed.head().seq(), calls));
    }
  }

  /** Waits for what was handed in; what is left then is lost. */
  void close(Duration within) throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS)) {
      reach.dropped("no time was left");
      var _ = thread.shutdownNow();
    }
    var _ = exporter.shutdown();
  }

  /** A bug here, or a log that can't be read, is nobody's but the trace's. */
  private void told(Journal journal, String execution, long upTo, Calls calls) {
    try {
      var log =
          journal.read(execution).stream()
              .limit(upTo)
              .flatMap(record -> TraceLogEntry.read(record).stream())
              .toList();
      if (!log.isEmpty() && log.getLast().isEnd()) {
        var drawn = TraceBuilder.of(execution, log, calls, terms.model());
        send(maker.spans(TraceParent.trace(execution), drawn));
      }
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("execution", execution).setCause(e).log("Its trace wasn't built");
    }
  }

  private void send(List<SpanData> spans) {
    for (int i = 0; i < spans.size() && !Thread.currentThread().isInterrupted(); ) {
      int end = Math.min(i + SPANS_AT_ONCE, spans.size());
      var sent = exporter.export(spans.subList(i, end));
      var _ = sent.join(terms.timeout().toMillis(), TimeUnit.MILLISECONDS);
      var _ = reach.watch(sent);
      i = sent.isSuccess() ? end : spans.size();
    }
  }
}
