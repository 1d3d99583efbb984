package dev.deployclaw.bench.sample;

import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.log.DecisionBasis;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordSealer;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Thoughts as a run has most of: a participant's answer, about 600 bytes sealed. */
public final class SampleLogEntries {
  private static final Instant BEGIN = Instant.parse("2026-11-26T10:00:00.123456Z");
  private static final int A_STEP = 500;

  private SampleLogEntries() {}

  public static List<LogEntry> of(String execution, int count) {
    var out = new ArrayList<LogEntry>();
    for (int n = 1; n <= count; n++) {
      out.add(thought(execution, n));
    }
    return out;
  }

  public static RecordSealer sealer() {
    return new HashChainSealer(SecretRedactor.of(List.of("a-secret-of-the-estate")));
  }

  public static List<SealedRecord> sealed(List<LogEntry> thoughts) {
    return sealer().seal(LogHead.START, thoughts);
  }

  /** As many, the last one its end. */
  public static List<byte[]> log(String execution, int count) {
    var thoughts = of(execution, count - 1);
    thoughts.add(end(execution, count));
    return sealed(thoughts).stream().map(SealedRecord::bytes).toList();
  }

  private static LogEntry thought(String execution, int n) {
    Map<String, Object> facts =
        Map.of(
            "participant", "gateway/shop/gw-%03d".formatted(n % 300),
            "tenant", "tenant-%06d".formatted(n),
            "expected", "5f".repeat(16),
            "found", "5f".repeat(16),
            "attempt", 1);
    return new LogEntry(
        execution,
        BEGIN.plusMillis(n),
        1 + n / A_STEP,
        Phase.STAGE,
        "gateway.stage",
        "gateway/shop/gw-%03d holds the epoch's file, as it was rendered".formatted(n % 300),
        Status.OK,
        "agent",
        Optional.of("5f".repeat(32)),
        Optional.of(7L),
        Optional.of(1_000L + n % 977),
        facts,
        DecisionBasis.NONE);
  }

  private static LogEntry end(String execution, int n) {
    return new LogEntry(
        execution,
        BEGIN.plusMillis(n),
        0,
        Phase.END,
        "Finished",
        "",
        Status.OK,
        "agent",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of("result", "COMPLETED", "request", "look at everything", "requester", "bench"),
        new DecisionBasis(Optional.of(RecordedDecision.by(Name.END, "COMPLETED")), List.of()));
  }
}
