package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.trial.TrialKind;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;

/** Lists the kinds of trials in the help of {@code campaign}. */
final class TrialKindsHelp implements IModelTransformer {
  @Override
  public CommandSpec transform(CommandSpec command) {
    var lines = new ArrayList<>(List.of("", "Kinds of trials:"));
    for (var kind : TrialKind.values()) {
      lines.add("  %-9s %s".formatted(kind.word(), kind.meaning()));
    }
    lines.addAll(
        List.of(
            "",
            "Ends with 0 when nothing was violated, and with 1 when something was: its",
            "estate runs on for a look. The same seed and number are the same trial.",
            "",
            "Examples:",
            "  ./campaign --runs 200",
            "  ./campaign --seed 7 --first 137 --runs 1       repeat one trial",
            "  ./campaign --minutes 60 --only step,instant",
            "  ./campaign --walk change,rollback              kill at every call of these",
            "  ./campaign --clean                             end what a violation left"));
    command.usageMessage().footer(lines.toArray(String[]::new));
    return command;
  }
}
