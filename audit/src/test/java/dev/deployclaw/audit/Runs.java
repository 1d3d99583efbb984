package dev.deployclaw.audit;

import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Executions as tests need them: the reference run, and runs of any length. */
public final class Runs {
  public static final String ID = "arch-2026-11-24-rate-limit-001";
  static final Instant START = Instant.parse("2026-11-24T10:00:00.123456Z");
  private static final List<String> ACTIONS =
      List.of(
          "Analyzing service topology",
          "Scanning existing rate limit policies",
          "Validating policy coherence",
          "Creating atomic transaction checkpoint",
          "Applying orchestrated policies",
          "Post-deployment validation");
  private static final List<Phase> PHASES =
      List.of(
          Phase.REQUEST, Phase.PLAN, Phase.PLAN, Phase.CHECKPOINT, Phase.COMMIT, Phase.VALIDATE);

  private Runs() {}

  /** A chain as the runtime makes it. */
  public static List<SealedRecord> seal(List<LogEntry> thoughts) {
    return seal(LogHead.START, thoughts);
  }

  public static List<byte[]> bytes(List<SealedRecord> chain) {
    return chain.stream().map(SealedRecord::bytes).toList();
  }

  /** The reference run, six steps and its end. */
  public static List<SealedRecord> reference() {
    var thoughts = new ArrayList<LogEntry>();
    thoughts.add(thought(ID, 0, "Request received", Phase.REQUEST, Map.of("request", REQUEST)));
    for (int step = 1; step <= ACTIONS.size(); step++) {
      String action = ACTIONS.get(step - 1);
      Phase phase = PHASES.get(step - 1);
      thoughts.add(thought(ID, step, "redis.topology", phase, Map.of("nodes", 6, "ünïcode", "✓")));
      thoughts.add(thought(ID, step, action, phase, Map.of("summary", true)));
    }
    thoughts.add(thought(ID, 0, "Finished", Phase.END, end("COMPLETED")));
    return seal(thoughts);
  }

  public static final String REQUEST = "raise acme's checkout limit to 1200 per minute, burst 200";

  /** So many records of an execution, the last one its end. */
  public static List<SealedRecord> ofLength(String id, int length) {
    var thoughts = new ArrayList<LogEntry>();
    for (int n = 1; n < length; n++) {
      thoughts.add(thought(id, 1 + n / 20, "Looking at " + n, Phase.STAGE, Map.of("n", n)));
    }
    thoughts.add(thought(id, 0, "Finished", Phase.END, end("COMPLETED")));
    return seal(thoughts);
  }

  /** So many records that follow from a chain, the last one its end. */
  public static List<SealedRecord> partingAfter(List<SealedRecord> chain, int count) {
    var thoughts = new ArrayList<LogEntry>();
    for (int n = 1; n < count; n++) {
      thoughts.add(thought(ID, 1, "Going on with " + n, Phase.FINISH, Map.of("n", n)));
    }
    thoughts.add(thought(ID, 0, "Finished", Phase.END, end("ABORTED")));
    return seal(chain.getLast().head(), thoughts);
  }

  private static List<SealedRecord> seal(LogHead head, List<LogEntry> thoughts) {
    return LogEntryFixture.seal(new HashChainSealer(SecretRedactor.of(List.of())), head, thoughts);
  }

  public static LogEntry thought(
      String id, int step, String action, Phase phase, Map<String, Object> facts) {
    return LogEntryFixture.of(id, phase, action)
        .at(START.plusMillis(step * 100L))
        .step(step)
        .detail("6 nodes, 47 gateways in 3 namespaces")
        .planned("5f".repeat(32), 7)
        .took(12_345)
        .facts(facts)
        .thought();
  }

  /** The facts of an end record, as the runtime gives them. */
  static Map<String, Object> end(String result) {
    return Map.ofEntries(
        Map.entry("result", result),
        Map.entry("request", REQUEST),
        Map.entry("requester", "ana"),
        Map.entry("rollback_available", true),
        Map.entry("epoch", 7),
        Map.entry("plan_hash", "5f".repeat(32)),
        Map.entry(
            "checkpoint",
            Map.of("s3", "s3://dc/checkpoints/ab.json", "sha256", "ab".repeat(32), "etcd", 41)),
        Map.entry("validation", validation()),
        Map.entry("phases_us", Map.of("stage", 4_000, "commit", 1_250)),
        Map.entry("waiting_us", 2_000_000),
        Map.entry("duration_us", 3_412_000),
        Map.entry("rollback_of", ""));
  }

  private static Map<String, Object> validation() {
    return Map.of(
        "requests", 500,
        "allowed", 333,
        "refused", 167,
        "unexpected", 0,
        "p50_us", 2_300,
        "p99_us", 18_000,
        "per_enforcement_point",
            List.of(Map.of("member", "gateway/shop/gw-01", "requests", 11, "p99_us", 17_001)));
  }
}
