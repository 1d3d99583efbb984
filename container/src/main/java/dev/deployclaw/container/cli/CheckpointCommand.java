package dev.deployclaw.container.cli;

import dev.deployclaw.container.config.InvalidConfig;
import dev.deployclaw.container.wiring.Unusable;
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
final class CheckpointCommand {
  private final Surroundings around;

  CheckpointCommand(Surroundings around) {
    this.around = around;
  }

  @Command(
      description = {
        "Hash a checkpoint's object again, and rehearse the way back. Nothing is changed.",
        "It is compared with its marker in etcd; of each member it is said what would become of it."
      })
  int verify(
      @Mixin Shared shared,
      @Parameters(
              paramLabel = "ID",
              description = "The id of a change or a snapshot, or `last`: the committed change.")
          String id)
      throws InvalidConfig, Unusable, InterruptedException {
    try (var session = Session.open(around, shared)) {
      var answer = session.architect().verifyCheckpoint(id);
      return new CheckpointView(around).show(answer, shared.json());
    }
  }
}
