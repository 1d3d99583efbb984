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
    description = "Check the proof that a way back exists, and rehearse that way.",
    footer = {
      "",
      "Exit codes:  0 it holds, 7 that can't be told whole, 8 it is damaged",
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
        "Hash a checkpoint's object again, and rehearse the way back. Nothing is changed.",
        "It is compared with its marker in etcd; of each member it is said what would become of it."
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
