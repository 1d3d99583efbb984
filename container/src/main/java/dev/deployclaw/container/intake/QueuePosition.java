package dev.deployclaw.container.intake;

import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Says for what a task waits. One that is watched for a day holds up all behind it, so each waiting
 * request is told of it, and until when. Any thread.
 *
 * @param open the change that is under way, as it was last seen
 */
public record QueuePosition(TaskQueue queue, Supplier<Optional<ChangeExecution>> open) {

  public String waitsFor(String execution) {
    var position = queue.position(execution);
    if (position.running().filter(execution::equals).isPresent()) {
      return "begins now";
    }
    String first = position.running().map(this::end).orElse("its turn");
    String more = position.before() == 0 ? "" : ", and for " + position.before() + " before it";
    return "waits for " + first + more;
  }

  private String end(String atWork) {
    return atWork.isEmpty()
        ? "a recovery"
        : "the end of " + atWork + open.get().flatMap(x -> watched(x, atWork)).orElse("");
  }

  private static Optional<String> watched(ChangeExecution x, String atWork) {
    if (!x.log().equals(atWork)) {
      return Optional.empty();
    }
    if (x.state() instanceof ChangeState.Baking baking) {
      return Optional.of(
          ", a canary that is watched until at least %s (deployclaw freeze takes it back)"
              .formatted(Instant.ofEpochMilli(baking.untilMillis())));
    }
    return x.state() instanceof ChangeState.Soaking soaking
        ? Optional.of(
            ", which is watched until at least %s"
                .formatted(Instant.ofEpochMilli(soaking.untilMillis())))
        : Optional.empty();
  }
}
