package dev.deployclaw.core.log;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One fact of an execution, before it is sealed.
 *
 * @param step the top-level step it belongs to, from 1; 0 where it belongs to none
 * @param action the sentence that people read
 * @param detail what was found or done, with the numbers
 * @param facts JSON-like: strings, whole numbers, booleans, lists and maps of them
 * @param basis what it decides, and on what that rests
 */
public record LogEntry(
    String execution,
    Instant time,
    int step,
    Phase phase,
    String action,
    String detail,
    Status status,
    String actor,
    Optional<String> planHash,
    Optional<Long> epoch,
    Optional<Long> durationMicros,
    Map<String, Object> facts,
    DecisionBasis basis) {

  public LogEntry {
    facts = Map.copyOf(facts);
  }

  /** The phases, in the order that the kernel owns. */
  public enum Phase {
    REQUEST,
    PLAN,
    OPEN,
    CHECKPOINT,
    STAGE,
    PREPARE,
    GATE,
    COMMIT,
    PUBLISH,
    CONVERGE,
    VALIDATE,
    BAKE,
    FINISH,
    ROLLBACK,
    END;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public enum Status {
    OK,
    WARNING,
    ERROR,
    SKIPPED,
    UNKNOWN
  }
}
