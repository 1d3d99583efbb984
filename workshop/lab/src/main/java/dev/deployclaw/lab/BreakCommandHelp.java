package dev.deployclaw.lab;

import dev.deployclaw.lab.fault.FaultKind;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;

/** The help of {@code lab break}: every fault with an example. */
final class BreakCommandHelp implements IModelTransformer {
  @Override
  public CommandSpec transform(CommandSpec command) {
    var lines = new ArrayList<>(List.of("", "Faults, what they do, and how they are written:"));
    for (var kind : FaultKind.values()) {
      lines.add("  " + kind.usage());
      lines.add("     " + kind.meaning());
      lines.add("     deployclaw lab break " + kind.example());
    }
    lines.add("");
    lines.add("Targets are the names that `lab status` shows, or beginnings of them that fit");
    lines.add(
        "nothing else. cut, mute, deafen and delay need root and iptables. `lab heal` undoes all.");
    lines.add("");
    lines.add("Example:  deployclaw lab break pause etcd");
    command.usageMessage().footer(lines.toArray(String[]::new));
    // A clock may go behind: -40 is an amount, no option.
    command.parser().unmatchedOptionsArePositionalParams(true);
    return command;
  }
}
