package dev.deployclaw.lab;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.CommandFailure;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.lab.estate.DockerEnvironment;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.ServingAgentProcess;
import dev.deployclaw.lab.fault.FaultInjector;
import dev.deployclaw.lab.fault.FaultKind;
import dev.deployclaw.lab.fault.ImpossibleFaultException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lab up | status | break | heal | down}. */
@Command(
    name = "lab",
    description = "A small real estate on this machine, to try the agent on.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  deployclaw lab up",
      "  deployclaw lab break pause etcd",
      "  deployclaw lab status",
      "  deployclaw lab heal",
      "  deployclaw lab down"
    })
final class LabCommand {
  private static final int MOST_GATEWAYS = 200;
  private static final String JSON =
      "One JSON document on standard output, and nothing else there.";

  static final String KUBERNETES =
      "Gateways are pods of the lab's own Kubernetes, instead of folders.";

  static final String DOCKER =
      "A gateway for each namespace and all upstreams run in containers of the lab's "
          + "own Docker daemon.";

  private final CommandEnvironment around;
  private final LabEstate lab;

  LabCommand(CommandEnvironment around) {
    this.around = around;
    this.lab = LabEstate.in(around.labFolder());
  }

  @Command(
      description = "Start it; an earlier one is stopped first.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Examples:",
        "  deployclaw lab up --gateways 6",
        "  deployclaw lab up --kubernetes --docker"
      })
  int up(@Mixin UpOptions wanted, @Option(names = "--json", description = JSON) boolean json)
      throws InterruptedException {
    if (wanted.gateways < 1 || wanted.gateways > MOST_GATEWAYS) {
      return CommandFailure.usage("--gateways must be from 1 to " + MOST_GATEWAYS)
          .report(around, json);
    }
    var missing = wanted.docker ? DockerEnvironment.missing() : Optional.<String>empty();
    if (missing.isPresent()) {
      return CommandFailure.usage(missing.get()).report(around, json);
    }
    var size = new LabEstate.Size(wanted.gateways, wanted.kubernetes, wanted.docker);
    lab.up(size, part -> around.err().println("  up: " + part));
    var agent =
        wanted.noAgent ? Optional.<ServingAgentProcess>empty() : startAgent(around.err(), lab);
    return new LabView(around, json).up(lab, agent);
  }

  /** What a lab consists of. */
  static final class UpOptions {
    @Option(names = "--gateways", defaultValue = "47", description = "How many (default 47).")
    private int gateways = LabEstate.GATEWAYS;

    @Option(names = "--kubernetes", description = KUBERNETES)
    private boolean kubernetes;

    @Option(names = "--docker", description = DOCKER)
    private boolean docker;

    @Option(names = "--no-agent", description = "Leave no agent serving.")
    private boolean noAgent;
  }

  /** Leaves an agent serving. Without it, each command works alone, as well. */
  static Optional<ServingAgentProcess> startAgent(PrintStream err, LabEstate lab) {
    try {
      var agent = ServingAgentProcess.start(lab);
      err.println("  up: agent: " + agent.address());
      return Optional.of(agent);
    } catch (IllegalStateException e) {
      err.println("deployclaw: no agent serves this lab: " + e.getMessage());
      return Optional.empty();
    }
  }

  @Command(
      description = "Show the processes of the lab, and its faults.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:  deployclaw lab status"})
  int status(@Option(names = "--json", description = JSON) boolean json) {
    return new LabView(around, json).status(lab);
  }

  /** Its help is {@link BreakCommandHelp}'s. */
  @Command(
      name = "break",
      description = "Inject a fault into it.",
      mixinStandardHelpOptions = true,
      customSynopsis = {"deployclaw lab break [-hV] [--json]", "       FAULT TARGET [TARGET] [MS]"},
      modelTransformer = BreakCommandHelp.class)
  int breakIt(
      @Option(names = "--json", description = JSON) boolean json,
      @Parameters(
              paramLabel = "FAULT",
              arity = "1..4",
              description = "One of the faults below, with what it takes.")
          List<String> words) {
    try {
      return new LabView(around, json).broken(FaultInjector.in(lab.folder()).inflict(words));
    } catch (ImpossibleFaultException e) {
      return CommandFailure.usage(String.valueOf(e.getMessage())).report(around, json);
    }
  }

  @Command(
      description = "Undo all faults, and wait until it is healthy again.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:  deployclaw lab heal"})
  int heal(@Option(names = "--json", description = JSON) boolean json) {
    if (lab.daemons().isEmpty()) {
      return new LabView(around, json).status(lab);
    }
    return new LabView(around, json).healed(FaultInjector.in(lab.folder()).heal());
  }

  @Command(
      description = "Stop the lab, and remove everything that it created.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:  deployclaw lab down"})
  int down(@Option(names = "--json", description = JSON) boolean json) {
    var stopped = lab.down();
    if (stopped.left().isPresent()) {
      return new CommandFailure(ExitCode.WRONG_USAGE, stopped.left().get()).report(around, json);
    }
    return new LabView(around, json).down(stopped.processes());
  }

  /** The help of {@code lab break}: every fault with an example. */
  private static final class BreakCommandHelp implements IModelTransformer {
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
}
