package dev.deployclaw.lab.campaign;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.lab.campaign.disturbance.TrialEstate;
import dev.deployclaw.lab.campaign.trial.AgentTask;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import dev.deployclaw.lab.campaign.trial.TrialKind;
import dev.deployclaw.lab.estate.ShutdownAction;
import dev.deployclaw.testkit.file.TmpfsMount;
import dev.deployclaw.testkit.network.PacketFirewall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code campaign}, which {@code ./campaign} calls. */
@Command(
    name = "campaign",
    description = "Kill agents, break their back ends, and judge the results.",
    modelTransformer = CampaignCommand.TrialKindsHelp.class,
    mixinStandardHelpOptions = true)
public final class CampaignCommand implements Callable<Integer> {
  private static final int MOST_ESTATES = 16;
  private static final int VIOLATED = 1;
  private static final int MOST_SEED = 1_000_000;

  private final CommandEnvironment around;

  @Option(names = "--runs", defaultValue = "100", description = "How many trials (default 100).")
  private int runs;

  @Option(
      names = "--seed",
      description = "Seed of all random choices (default: random; it is printed).")
  private long seed = ThreadLocalRandom.current().nextInt(MOST_SEED);

  @Option(names = "--first", defaultValue = "0", description = "Number of the first trial.")
  private int first;

  @Option(
      names = "--minutes",
      defaultValue = "240",
      description = "Start no trial after this time (default 240).")
  private int minutes;

  @Option(names = "--only", split = ",", description = "These kinds of trials only.")
  private List<String> only = Arrays.stream(TrialKind.values()).map(TrialKind::word).toList();

  @Option(
      names = "--walk",
      split = ",",
      description = "No trials: kill these tasks before and after each of their calls in turn.")
  private List<String> walk = List.of();

  @Option(
      names = "--estates",
      defaultValue = "2",
      description = "How many estates to work on at once (default 2), and one for the kind pod.")
  private int estates;

  @Option(names = "--clean", description = "End the estates that an earlier campaign left.")
  private boolean clean;

  public CampaignCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var folder = around.home().resolve(".deployclaw").resolve("campaign");
    var asked = only.stream().flatMap(word -> TrialKind.find(word).stream()).toList();
    var unknown = only.stream().filter(word -> TrialKind.find(word).isEmpty()).toList();
    if (!unknown.isEmpty()) {
      return usage("there is no kind " + unknown + "; see: ./campaign --help");
    }
    if (runs < 1 || minutes < 1 || first < 0 || estates < 1 || estates > MOST_ESTATES) {
      return usage("--runs and --minutes are from 1 on, --first from 0, --estates 1 to 16");
    }
    var tasks = walk.stream().flatMap(word -> AgentTask.find(word).stream()).distinct().toList();
    if (tasks.size() < walk.size()) {
      return usage(
          "--walk takes, each once, "
              + Arrays.stream(AgentTask.values()).map(AgentTask::word).toList());
    }
    end(folder);
    if (clean) {
      return 0;
    }
    var kinds = tasks.isEmpty() ? possible(asked) : asked;
    if (kinds.isEmpty()) {
      return usage("none of these kinds can be tried here");
    }
    var violations = tasks.isEmpty() ? campaign(folder, kinds) : walk(folder, tasks);
    violations.forEach(around.out()::println);
    return violations.isEmpty() ? 0 : VIOLATED;
  }

  private List<TrialKind> possible(List<TrialKind> asked) {
    return CampaignPrivileges.possible(
        CampaignNetwork.entered().possible(asked, around.err()::println), around.err()::println);
  }

  private List<String> campaign(Path folder, List<TrialKind> kinds)
      throws IOException, InterruptedException {
    around.err().println("seed " + seed);
    var order = new CampaignRunner.Order(seed, first, runs, Duration.ofMinutes(minutes), kinds);
    var tally = new CampaignSummary();
    try (var exit = ShutdownAction.run(() -> stop(folder, tally))) {
      new CampaignRunner(order, progress(exit), tally).run(folder, estates);
    }
    tell(tally);
    return tally.violations();
  }

  private void stop(Path folder, CampaignSummary tally) {
    around.err().println("interrupted: these are the results so far");
    tell(tally);
    tally.violations().forEach(around.out()::println);
    end(folder);
  }

  private void tell(CampaignSummary tally) {
    around.out().println("seed " + seed);
    tally.lines().forEach(around.out()::println);
  }

  /** What is said of estates that are being ended isn't worth reading. */
  private Consumer<String> progress(ShutdownAction exit) {
    return line -> {
      if (!exit.begun()) {
        around.err().println(line);
      }
    };
  }

  private List<String> walk(Path folder, List<AgentTask> tasks)
      throws IOException, InterruptedException {
    var walks = new SweepSchedule(tasks);
    try (var exit = ShutdownAction.run(() -> end(folder))) {
      new ParallelEstates(folder, progress(exit))
          .run(
              Collections.nCopies(Math.min(estates, tasks.size()), GatewayPlatform.FOLDERS),
              site -> walks.lane(task -> CrashPointSweep.by(task, site, progress(exit))));
    }
    walks.lines().forEach(around.out()::println);
    return walks.violations();
  }

  private int usage(String reason) {
    return CommandFailure.usage(reason).report(around, false);
  }

  private static void end(Path folder) {
    for (int i = 1; i <= MOST_ESTATES + 1; i++) {
      var estate = ParallelEstates.folder(folder, i);
      if (Files.isDirectory(estate)) {
        TrialEstate.end(estate);
      }
    }
  }

  /** What needs more than a user may, or than this build has. */
  static final class CampaignPrivileges {
    private CampaignPrivileges() {}

    /** Those that can be tried here; {@code left} gets a line for each other, with the reason. */
    static List<TrialKind> possible(List<TrialKind> asked, Consumer<String> left) {
      return asked.stream()
          .filter(kind -> {
            var obstacle = obstacle(kind);
            obstacle.ifPresent(why -> left.accept("without " + kind.word() + ": " + why));
            return obstacle.isEmpty();
          })
          .toList();
    }

    private static Optional<String> obstacle(TrialKind kind) {
      return switch (kind) {
        case LINK, FAILOVER -> PacketFirewall.obstacle();
        case DISK ->
            TmpfsMount.possible()
                ? Optional.empty()
                : Optional.of("mount needs root (in a container the capability SYS_ADMIN)");
        case STEP, INSTANT, TORN, ROLLOUT, MACHINE, POD, PAUSE, HOST, LIE, QUEUE, OUTAGE ->
            Optional.empty();
      };
    }
  }

  /** Lists the kinds of trials in the help of {@code campaign}. */
  static final class TrialKindsHelp implements IModelTransformer {
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
}
