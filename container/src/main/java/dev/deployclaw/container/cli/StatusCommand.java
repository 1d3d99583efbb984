package dev.deployclaw.container.cli;

import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.runtime.StatusAnswer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code status}. */
@Command(
    name = "status",
    description = "What is committed, what is under way, what waits for a person.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:  deployclaw status --json"})
final class StatusCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private final Shared shared = new Shared();

  StatusCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try (var session = Session.open(around, shared)) {
      var answer = session.architect().status();
      if (shared.json()) {
        around.out().println(Json.text(document(answer)));
      } else {
        print(answer);
      }
      return answer.exit().code();
    }
  }

  private static Map<String, Object> document(StatusAnswer answer) {
    var out = new LinkedHashMap<String, Object>();
    answer
        .active()
        .ifPresent(a ->
            out.put(
                "active", Map.of("epoch", a.epoch(), "digest", a.digest(), "change", a.change())));
    answer.open().ifPresent(x -> out.put("open", change(x)));
    out.put("held", answer.held().stream().map(StatusCommand::change).toList());
    out.put("frozen", answer.frozen());
    out.put("rollback_available", answer.rollbackAvailable());
    if (!answer.unreachable().isEmpty()) {
      out.put("unreachable", answer.unreachable());
    }
    return out;
  }

  private static Map<String, Object> change(Execution x) {
    return Map.of("id", x.id(), "epoch", x.epoch(), "state", x.state().getClass().getSimpleName());
  }

  private void print(StatusAnswer answer) {
    var out = around.out();
    if (!answer.unreachable().isEmpty()) {
      out.println(answer.unreachable());
      return;
    }
    answer
        .active()
        .ifPresentOrElse(
            a -> out.printf("epoch %d is committed, by %s%n", a.epoch(), a.change()),
            () -> out.println("nothing was committed yet"));
    answer
        .open()
        .ifPresent(
            x -> out.printf("%s is under way: %s%n", x.id(), x.state().getClass().getSimpleName()));
    for (var held : answer.held()) {
      out.printf("%s is held: deployclaw approve %s%n", held.id(), held.id());
    }
    if (answer.frozen()) {
      out.println("frozen: no new change begins");
    }
    out.println(answer.rollbackAvailable() ? "a rollback is possible" : "no rollback is possible");
  }
}
