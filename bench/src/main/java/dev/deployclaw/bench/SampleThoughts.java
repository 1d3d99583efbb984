package dev.deployclaw.bench;

import dev.deployclaw.audit.ChainRecorder;
import dev.deployclaw.audit.Redaction;
import dev.deployclaw.core.log.Basis;
import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Recorder;
import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.log.Thought;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Thoughts as a run has most of: a participant's answer, about 600 bytes sealed. */
final class SampleThoughts {
  private static final Instant BEGIN = Instant.parse("2026-11-26T10:00:00.123456Z");
  private static final int A_STEP = 500;

  private SampleThoughts() {}

  static List<Thought> of(String execution, int count) {
    var out = new ArrayList<Thought>();
    for (int n = 1; n <= count; n++) {
      out.add(thought(execution, n));
    }
    return out;
  }

  static Recorder recorder() {
    return new ChainRecorder(Redaction.of(List.of("a-secret-of-the-estate")));
  }

  static List<Sealed> sealed(List<Thought> thoughts) {
    return recorder().seal(Head.START, thoughts);
  }

  /** As many, the last one its end. */
  static List<byte[]> log(String execution, int count) {
    var thoughts = of(execution, count - 1);
    thoughts.add(end(execution, count));
    return sealed(thoughts).stream().map(Sealed::bytes).toList();
  }

  private static Thought thought(String execution, int n) {
    Map<String, Object> facts =
        Map.of(
            "participant", "gateway/shop/gw-%03d".formatted(n % 300),
            "tenant", "tenant-%06d".formatted(n),
            "expected", "5f".repeat(16),
            "found", "5f".repeat(16),
            "attempt", 1);
    return new Thought(
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
        Basis.NONE);
  }

  private static Thought end(String execution, int n) {
    return new Thought(
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
        new Basis(Optional.of(Decision.by(Name.END, "COMPLETED")), List.of()));
  }
}
