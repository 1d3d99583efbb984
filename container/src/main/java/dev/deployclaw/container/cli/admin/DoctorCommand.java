package dev.deployclaw.container.cli.admin;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.ConsoleCommand;
import dev.deployclaw.container.cli.session.AgentSession;
import dev.deployclaw.container.doctor.Diagnosis;
import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.container.doctor.DoctorFactory;
import dev.deployclaw.core.result.ExitCode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code doctor}. */
@Command(
    name = "doctor",
    description = {
      "Check every back end, and test the guarantees that the agent needs from it.",
      "Writes one small object to the bucket, once, and changes nothing else."
    },
    footer = {
      "",
      "Exit codes:  0 well, or only warnings; 8 a check failed; 10 a back end doesn't answer",
      "Example:     deployclaw doctor"
    })
public final class DoctorCommand extends ConsoleCommand {
  public DoctorCommand(CommandEnvironment around) {
    super(around);
  }

  @Override
  public Integer call() throws Exception {
    var config = AgentSession.config(around, shared);
    try (var lease = around.runtimes().look(config)) {
      return show(DoctorFactory.of(config, lease.runtime()).examine());
    }
  }

  private int show(List<Diagnosis> found) {
    var worst =
        found.stream().map(Diagnosis::level).max(Comparator.naturalOrder()).orElse(Level.OK);
    if (shared.json()) {
      around.json(new DoctorReport(worst, found));
    } else {
      found.forEach(this::print);
    }
    return switch (worst) {
      case OK, SKIPPED, WARNING -> ExitCode.OK.code();
      case ERROR -> ExitCode.INVALID.code();
      case UNREACHABLE -> ExitCode.UNREACHABLE.code();
    };
  }

  private void print(Diagnosis d) {
    around.say("%-11s %-13s %s".formatted(word(d.level()), d.about(), d.found()));
    if (!d.remedy().isEmpty()) {
      around.say("%-25s -> %s".formatted("", d.remedy()));
    }
  }

  private record DoctorReport(Level worst, List<Diagnosis> diagnoses) {}

  private static String word(Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }
}
