package dev.deployclaw.container.cli;

import dev.deployclaw.core.runtime.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

/** All commands, joined to one command line. */
public final class CommandLines {
  /** How much the application log says on standard error; {@code logback.xml} reads it too. */
  private static final String LEVEL = "DEPLOYCLAW_LOG";

  private static final List<String> LEVELS = List.of("error", "warn", "info", "debug");

  private CommandLines() {}

  /** Runs one command and returns its exit code; never throws. */
  public static int run(Surroundings around, String... args) {
    var level = around.environment().getOrDefault(LEVEL, "warn");
    if (!LEVELS.contains(level)) {
      around.warn("deployclaw: %s: \"%s\" is not one of %s".formatted(LEVEL, level, LEVELS));
      return ExitCode.WRONG_USAGE.code();
    }
    return join(around, WantedCommands.of(args)).execute(args);
  }

  /** Whether a call only shows what there is: it starts no thread and opens nothing. */
  public static boolean onlyShow(String... args) {
    return WantedCommands.of(args) instanceof WantedCommands.None;
  }

  /** All of them with all their options. */
  static CommandLine make(Surroundings around) {
    return join(around, WantedCommands.all());
  }

  private static CommandLine join(Surroundings around, WantedCommands wanted) {
    var line = new CommandLine(new Root());
    wanted.addTo(line, all(around));
    addHelp(line);
    var failures = new Failures(around);
    return line.setOut(new PrintWriter(around.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(around.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(around.display().colour() ? Ansi.ON : Ansi.OFF))
        .setExitCodeExceptionMapper(_ -> ExitCode.INTERNAL_FAULT.code())
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setUsageHelpAutoWidth(true);
  }

  private static List<Object> all(Surroundings around) {
    var all = new ArrayList<>(commands(around));
    Extensions.first().ifPresent(more -> all.addAll(more.commands(around)));
    return all;
  }

  private static void addHelp(CommandLine line) {
    for (var command : line.getSubcommands().values()) {
      var spec = command.getCommandSpec();
      if (spec.findOption("--help") == null) {
        spec.addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help and exit.")
                .build());
      }
      addHelp(command);
    }
  }

  private static List<Object> commands(Surroundings around) {
    return List.of(
        new RunCommand(around),
        new PlanCommand(around),
        new ApproveCommand(around),
        new RejectCommand(around),
        new RollbackCommand(around),
        new RecoverCommand(around),
        new CheckpointCommand(around),
        new FreezeCommand(around),
        new ThawCommand(around),
        new ScanCommand(around),
        new ValidateCommand(around),
        new DiffCommand(around),
        new DriftCommand(around),
        new StatusCommand(around),
        new HistoryCommand(around),
        new TopCommand(around),
        new CheckCommand(around),
        new ImportCommand(around),
        new AdoptCommand(around),
        new HandoverCommand(around),
        new ImpactCommand(around),
        new DoctorCommand(around),
        new ConfigCommand(around),
        new LogCommand(around),
        new SkillsCommand(around),
        new AuditCommand(around),
        new ServeCommand(around),
        new HealthCommand(around),
        new CompletionCommand(around),
        new CommandLine.HelpCommand());
  }

  /** The program itself. */
  @Command(
      name = "deployclaw",
      mixinStandardHelpOptions = true,
      version = "DeployClaw System Architect 0.1.0",
      description = "Changes API rate-limit policies safely: all new or all old, whatever dies.",
      synopsisSubcommandLabel = "COMMAND",
      footer = {
        "",
        "Start with:  deployclaw demo",
        "Exit codes:  0 done, 1 internal fault, 2 usage or configuration, 3 needs clarification,",
        "             4 refused, 5 held, 6 rolled back, 7 failed or unknown, 8 invalid or drifted,",
        "             9 audit failed, 10 unreachable and nothing changed, 11 aborted before the"
            + " commit"
      })
  static final class Root implements Runnable {
    @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
      throw new CommandLine.ParameterException(
          Objects.requireNonNull(spec).commandLine(), "which command?");
    }
  }
}
