package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.plan.Procedure.OnFailure;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Looks at the estate, operation by operation, and keeps what was seen. Used by one thread. */
final class Survey {
  private final Executors executors;
  private final Settings settings;
  private final Time time;
  private final Map<String, Outcome> looks = new TreeMap<>();

  Survey(Ports ports, Settings settings) {
    this.executors = ports.executors();
    this.settings = settings;
    this.time = ports.time();
  }

  /** What was seen, by operation. */
  Map<String, Outcome> looks() {
    return looks;
  }

  /** A look that isn't told; an executor that isn't there is a failed look. */
  Outcome quietly(String operation) throws InterruptedException {
    int dot = operation.indexOf('.');
    String name = operation.substring(0, Math.max(0, dot));
    var executor = executors.named(name).filter(_ -> executors.knows(operation));
    var outcome =
        executor.isEmpty()
            ? Outcome.failed(new Fault.Invalid("nothing performs " + operation + " here"))
            : Calls.one(
                executor.get(),
                new Call.Look(operation.substring(dot + 1), Map.of()),
                Fence.NONE,
                settings.bounds().call());
    looks.put(operation, outcome);
    return outcome;
  }

  /** A look that is told. Gives how it ends, where the step says that it must not fail. */
  Optional<Ending> look(String operation, OnFailure onFailure, Story story)
      throws InterruptedException {
    long from = time.micros();
    var outcome = quietly(operation);
    var tally = Tally.of(Map.of(operation.substring(0, operation.indexOf('.')), outcome));
    boolean fatal =
        onFailure != OnFailure.WARN && needed(operation) && failed(operation, tally, outcome);
    var telling = telling(operation, tally, fatal);
    story.tellTimed(Phase.PLAN, operation, telling, from);
    story.summarise(telling.detail(), telling.status());
    return fatal
        ? Optional.of(ending(operation + ": " + telling.detail(), tally))
        : Optional.empty();
  }

  /** Whoever answers that it is not as it must be was reached. */
  private static Ending ending(String reason, Tally tally) {
    return tally.with(Answer.NO).isEmpty()
        ? Ending.unreachable(reason)
        : Ending.aborted(Cause.VOTED_DOWN, reason);
  }

  /** Only what takes part in a change has to be there for it. */
  private boolean needed(String operation) {
    String name = operation.substring(0, operation.indexOf('.'));
    return executors.named(name).filter(Executor::participates).isPresent();
  }

  /** Who takes part must be there. What a scan or a measurement finds is a finding, no failure. */
  private static boolean failed(String operation, Tally tally, Outcome outcome) {
    return outcome instanceof Outcome.Failed
        || (operation.endsWith(".topology") && !tally.allYes());
  }

  private static Telling telling(String operation, Tally tally, boolean fatal) {
    var plain = Telling.of(tally);
    String detail = detail(operation, tally, plain);
    if (fatal) {
      return new Telling(detail, Status.ERROR, plain.facts());
    }
    boolean skipped =
        !tally.all().isEmpty() && tally.with(Answer.SKIPPED).size() == tally.all().size();
    if (skipped) {
      return new Telling(
          operation + " skipped: " + tally.all().getFirst().reason(),
          Status.SKIPPED,
          plain.facts());
    }
    Status status = tally.allYes() ? Status.OK : Status.WARNING;
    return new Telling(detail, status, measured(operation, tally, plain));
  }

  /** A measurement's numbers, node by node. */
  private static Map<String, Object> measured(String operation, Tally tally, Telling plain) {
    return switch (operation) {
      case "redis.latency", "redis.clock" -> {
        var facts = new TreeMap<>(plain.facts());
        tally.with(Answer.YES).forEach(r -> facts.put(r.member(), r.facts()));
        yield facts;
      }
      default -> plain.facts();
    };
  }

  private static String detail(String operation, Tally tally, Telling plain) {
    return switch (operation) {
      case "redis.latency" -> "round trips " + range(tally, "median_us");
      case "redis.clock" -> "clock offsets " + range(tally, "offset_us");
      default -> plain.detail();
    };
  }

  /** The least and the most of a measured fact. */
  private static String range(Tally tally, String fact) {
    var numbers =
        tally.all().stream()
            .map(r -> r.facts().get(fact))
            .filter(Number.class::isInstance)
            .mapToLong(n -> ((Number) n).longValue())
            .summaryStatistics();
    return numbers.getCount() == 0
        ? "not measured: " + tally.named(Answer.UNKNOWN)
        : "%d to %d us over %d nodes"
            .formatted(numbers.getMin(), numbers.getMax(), numbers.getCount());
  }
}
