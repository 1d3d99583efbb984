package dev.deployclaw.container.cli;

import dev.deployclaw.container.cli.admin.ConfigCommand;
import dev.deployclaw.container.cli.admin.DoctorCommand;
import dev.deployclaw.container.cli.admin.HealthCommand;
import dev.deployclaw.container.cli.admin.McpCommand;
import dev.deployclaw.container.cli.admin.PluginCommand;
import dev.deployclaw.container.cli.admin.ServeCommand;
import dev.deployclaw.container.cli.admin.SkillsCommand;
import dev.deployclaw.container.cli.audit.AuditCommand;
import dev.deployclaw.container.cli.audit.ExportCommand;
import dev.deployclaw.container.cli.change.AnswerCommand;
import dev.deployclaw.container.cli.change.ApproveCommand;
import dev.deployclaw.container.cli.change.CheckpointCommand;
import dev.deployclaw.container.cli.change.FreezeCommand;
import dev.deployclaw.container.cli.change.HandoverCommand;
import dev.deployclaw.container.cli.change.RecoverCommand;
import dev.deployclaw.container.cli.change.RejectCommand;
import dev.deployclaw.container.cli.change.RollbackCommand;
import dev.deployclaw.container.cli.change.RunCommand;
import dev.deployclaw.container.cli.change.ThawCommand;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandExceptionHandler;
import dev.deployclaw.container.cli.log.LogCommand;
import dev.deployclaw.container.cli.look.CheckCommand;
import dev.deployclaw.container.cli.look.DriftCommand;
import dev.deployclaw.container.cli.look.HistoryCommand;
import dev.deployclaw.container.cli.look.ScanCommand;
import dev.deployclaw.container.cli.look.StatusCommand;
import dev.deployclaw.container.cli.look.TopCommand;
import dev.deployclaw.container.cli.look.ValidateCommand;
import dev.deployclaw.container.cli.plan.AskCommand;
import dev.deployclaw.container.cli.plan.EvaluateCommand;
import dev.deployclaw.container.cli.plan.PlanCommand;
import dev.deployclaw.container.cli.policy.AdoptCommand;
import dev.deployclaw.container.cli.policy.DiffCommand;
import dev.deployclaw.container.cli.policy.ImpactCommand;
import dev.deployclaw.container.cli.policy.ImportCommand;
import dev.deployclaw.core.result.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** All commands, joined to one command line. */
public final class CommandLineRunner {
  /** How much the application log says on standard error; {@code logback.xml} reads it too. */
  private static final String LEVEL = "DEPLOYCLAW_LOG";

  private static final List<String> LEVELS = List.of("error", "warn", "info", "debug");

  /** These show other commands than themselves. */
  private static final Set<String> LOOK_AT_OTHERS = Set.of("help", "completion");

  /** Of picocli. */
  private static final int NARROWEST_HELP = 55;

  private CommandLineRunner() {}

  /** Runs one command and returns its exit code; never throws. */
  public static int run(CommandEnvironment around, String... args) {
    var level = around.environment().getOrDefault(LEVEL, "warn");
    if (!LEVELS.contains(level)) {
      around.warn("deployclaw: %s: \"%s\" is not one of %s".formatted(LEVEL, level, LEVELS));
      return ExitCode.WRONG_USAGE.code();
    }
    return join(around, wanted(args)).execute(args);
  }

  /** Whether a call only shows what there is: it starts no thread and opens nothing. */
  public static boolean onlyShow(String... args) {
    return Stream.of(args).allMatch(arg -> arg.startsWith("-"));
  }

  /** All of them with all their options. */
  public static CommandLine make(CommandEnvironment around) {
    return join(around, _ -> true);
  }

  /**
   * Which commands a call needs with all their options. Reading them by reflection takes most of
   * the start, so the others come with their name and description alone, which the help of the
   * program shows.
   */
  static Predicate<String> wanted(String... args) {
    if (onlyShow(args)) {
      return _ -> false;
    }
    boolean one = !args[0].startsWith("-") && !LOOK_AT_OTHERS.contains(args[0]);
    return one ? args[0]::equals : _ -> true;
  }

  private static CommandLine join(CommandEnvironment around, Predicate<String> wanted) {
    var line = new CommandLine(new Root());
    for (var command : all(around)) {
      var described = command.getClass().getAnnotation(Command.class);
      // Wrapped, since picocli transforms the models of what it wraps only so.
      line.addSubcommand(
          described.name(),
          new CommandLine(wanted.test(described.name()) ? command : named(described)));
    }
    line.getSubcommands().values().stream()
        .filter(command -> wanted.test(command.getCommandName()))
        .forEach(CommandLineRunner::addHelp);
    var failures = new CommandExceptionHandler(around);
    return line.setExpandAtFiles(false) // a request, perhaps of another machine's user, is text
        .setOut(new PrintWriter(around.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(around.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(around.display().colour() ? Ansi.ON : Ansi.OFF))
        .setExitCodeExceptionMapper(_ -> ExitCode.INTERNAL_FAULT.code())
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setUsageHelpWidth(Math.max(NARROWEST_HELP, around.columns()));
  }

  private static List<Object> all(CommandEnvironment around) {
    var all = new ArrayList<>(commands(around));
    CommandExtensionLoader.first().ifPresent(more -> all.addAll(more.commands(around)));
    return all;
  }

  private static CommandSpec named(Command described) {
    var spec = CommandSpec.create().name(described.name());
    spec.usageMessage()
        .header(described.header())
        .description(described.description())
        .hidden(described.hidden());
    return spec;
  }

  /** To a command and those below it. */
  private static void addHelp(CommandLine command) {
    var spec = command.getCommandSpec();
    if (spec.findOption("--help") == null) {
      spec.addOption(
          OptionSpec.builder("-h", "--help")
              .usageHelp(true)
              .description("Show this help and exit.")
              .build());
    }
    command.getSubcommands().values().forEach(CommandLineRunner::addHelp);
  }

  private static List<Object> commands(CommandEnvironment around) {
    return List.of(
        new RunCommand(around),
        new PlanCommand(around),
        new AskCommand(around),
        new EvaluateCommand(around),
        new AnswerCommand(around),
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
        new PluginCommand(around),
        new AuditCommand(around),
        new ExportCommand(around),
        new ServeCommand(around, CommandLineRunner::run),
        new McpCommand(around, CommandLineRunner::run),
        new HealthCommand(around),
        new CompletionCommand(around),
        new CommandLine.HelpCommand());
  }

  /** The program itself. */
  @Command(
      name = "deployclaw",
      mixinStandardHelpOptions = true,
      version = "DeployClaw System Architect 0.1.0",
      description =
          "Changes API rate-limit policies safely: all new or all old, even after a crash.",
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
    @CommandLine.Spec private @Nullable CommandSpec spec;

    @Override
    public void run() {
      throw new CommandLine.ParameterException(
          Objects.requireNonNull(spec).commandLine(), "which command?");
    }
  }
}
