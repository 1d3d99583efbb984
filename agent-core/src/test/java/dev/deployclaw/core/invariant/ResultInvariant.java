package dev.deployclaw.core.invariant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * I20: what an execution says of its end is what became of its change. A person, or a program, acts
 * on the result that a log ends with; so a result that is true of another state is as bad as a
 * wrong state. At rest no log may end with a doubt that the state store could have settled.
 */
final class ResultInvariant {
  private final FakeEstate world;

  ResultInvariant(FakeEstate world) {
    this.world = world;
  }

  /** What is wrong, execution by execution. */
  List<String> checkAtRest(Set<String> executions) {
    var broken = new ArrayList<String>();
    for (var entry : world.store.list(StoreKeys.CHANGES)) {
      var x = ChangeExecution.read(entry.value());
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
        .map(j -> j.read(execution).stream().map(RecordInvariants::parse).toList())
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

  private static Set<String> truths(ChangeExecution x) {
    return switch (x.state()) {
      // a member of which it isn't known what it held keeps what it has, and that is said
      case ChangeState.Completed _ when x.restores() -> Set.of("COMPLETED", "UNKNOWN");
      case ChangeState.Completed _ -> Set.of("COMPLETED");
      case ChangeState.RolledBack _ -> Set.of("ROLLED_BACK");
      case ChangeState.Failed _ -> Set.of("FAILED");
      case ChangeState.Held _ -> Set.of("HELD");
      case ChangeState.Aborted a when a.cause() == AbortCause.REGRESSED -> Set.of("FAILED");
      case ChangeState.Aborted a when a.cause() == AbortCause.SKILL_REFUSED -> Set.of("REFUSED");
      case ChangeState.Aborted _ -> Set.of("ABORTED");
      default -> Set.of();
    };
  }
}
