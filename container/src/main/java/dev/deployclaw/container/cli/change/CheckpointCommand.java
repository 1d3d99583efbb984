package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommonOptions;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code checkpoint verify ID}. */
@Command(
    name = "checkpoint",
    description = "Check the proof that a rollback is possible, and rehearse it.",
    footer = {
      "",
      "Exit codes:  0 it is intact, 7 partly unknown, 8 it is damaged",
      "Examples:    deployclaw checkpoint verify last",
      "             deployclaw checkpoint verify arch-2026-11-24-rate-limit-003 --json"
    })
public final class CheckpointCommand {
  private final CommandEnvironment around;

  public CheckpointCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Command(
      description = {
        "Hash a checkpoint's object again, and rehearse the rollback. Nothing is changed.",
        "Compares it with its marker in etcd, and reports what would happen to each member."
      })
  int verify(
      @Mixin CommonOptions shared,
      @Parameters(
              paramLabel = "ID",
              description = "The id of a change or a snapshot, or `last`: the committed change.")
          String id)
      throws InvalidConfigException, SetupException, InterruptedException {
    try (var session = AgentSession.open(around, shared)) {
      var answer = session.queries().verifyCheckpoint(id);
      return new CheckpointView(around).show(answer, shared.json());
    }
  }
}
