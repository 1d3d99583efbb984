package dev.deployclaw.core.fake;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * I20: what an execution says of its end is what became of its change. A person, or a program, acts
 * on the result that a log ends with; so a result that is true of another state is as bad as a
 * wrong state. At rest no log may end with a doubt that the state store could have settled.
 */
final class ResultLaw {
  private final World world;

  ResultLaw(World world) {
    this.world = world;
  }

  /** What is wrong, execution by execution. */
  List<String> checkAtRest(Set<String> executions) {
    var broken = new ArrayList<String>();
    for (var entry : world.store.list(Keys.CHANGES)) {
      var x = Execution.read(entry.value());
      if (!x.log().equals(x.id()) || !executions.contains(x.id())) {
        continue;
      }
      var said = lastResult(x.id());
      if (!truths(x).contains(said)) {
        broken.add("I20: " + x.id() + " says " + said + ", and its change is " + x.state());
      }
    }
    return broken;
  }

  /** The last result among the logs that speak of the change; each machine has its own copy. */
  private String lastResult(String execution) {
    return world.journals().stream()
        .map(j -> j.read(execution).stream().map(Records::parse).toList())
        .filter(log -> log.stream().anyMatch(r -> opened(r, execution)))
        .flatMap(log -> log.stream().filter(r -> r.path("phase").asText().equals("end")))
        .max((a, b) -> Long.compare(a.path("seq").asLong(), b.path("seq").asLong()))
        .map(end -> end.path("facts").path("result").asText())
        .orElse("nothing");
  }

  private static boolean opened(JsonNode record, String execution) {
    var facts = record.path("facts");
    return facts.path("change").asText().equals(execution)
        && facts.path("state").asText().equals("opened");
  }

  private static Set<String> truths(Execution x) {
    return switch (x.state()) {
      // a member of which it isn't known what it held keeps what it has, and that is said
      case State.Completed _ when x.restores() -> Set.of("COMPLETED", "UNKNOWN");
      case State.Completed _ -> Set.of("COMPLETED");
      case State.RolledBack _ -> Set.of("ROLLED_BACK");
      case State.Failed _ -> Set.of("FAILED");
      case State.Held _ -> Set.of("HELD");
      case State.Aborted a when a.cause() == Cause.REGRESSED -> Set.of("FAILED");
      case State.Aborted a when a.cause() == Cause.SKILL_REFUSED -> Set.of("REFUSED");
      case State.Aborted _ -> Set.of("ABORTED");
      default -> Set.of();
    };
  }
}
