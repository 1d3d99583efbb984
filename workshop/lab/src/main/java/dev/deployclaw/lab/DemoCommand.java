package dev.deployclaw.lab;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.lab.estate.DockerEnvironment;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.ShutdownAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: the reference run on a fresh lab, from nothing to its log. */
@Command(
    name = "demo",
    description = "Start a lab, carry out the reference run on it, print its log, clean up.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  deployclaw demo",
      "  deployclaw demo --json > log.json",
      "  deployclaw demo --no-kubernetes --no-docker     gateways are folders, and nothing else",
      "  deployclaw demo --keep        then: deployclaw run \"…\", deployclaw lab down"
    })
final class DemoCommand implements Callable<Integer> {
  static final String REQUEST = "Orchestrate the rate limit policies of all tenants";

  private static final String WITH_DOCKER = "; with them: deployclaw demo --docker";

  private final CommandEnvironment around;

  @Option(names = "--keep", description = "Leave the lab running, and an agent serving.")
  private boolean keep;

  @Option(names = "--json", description = "Only the execution log on standard output.")
  private boolean json;

  @Option(names = "--gateways", defaultValue = "47", description = "How many (default 47).")
  private int gateways = LabEstate.GATEWAYS;

  @Option(
      names = "--kubernetes",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Gateways are pods of the lab's own Kubernetes; without it, folders.")
  private boolean kubernetes = true;

  @Option(
      names = "--docker",
      negatable = true,
      description =
          "A gateway for each namespace and all upstreams run in containers of the "
              + "lab's own Docker daemon; by default where one can be started.")
  private @Nullable Boolean docker;

  DemoCommand(CommandEnvironment around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    var lab = LabEstate.in(around.labFolder());
    if (lab.running()) {
      around.err().println("deployclaw: a lab runs already; stop it with: deployclaw lab down");
      return 2;
    }
    boolean wanted = docker == null || docker;
    var missing = wanted ? DockerEnvironment.missing() : Optional.<String>empty();
    if (missing.isPresent() && docker != null) {
      around.err().println("deployclaw: " + missing.get());
      return 2;
    }
    try (var _ = ShutdownAction.run(lab::down)) {
      around.err().println("Starting a small estate in " + lab.folder());
      missing.ifPresent(
          why -> around.err().println("  left out: containers: " + why + WITH_DOCKER));
      var size = new LabEstate.Size(gateways, kubernetes, wanted && missing.isEmpty());
      lab.up(size, part -> around.err().println("  up: " + part));
      around.err().println("\n> " + REQUEST + "\n");
      int exit = CommandLineRunner.run(around, run(lab));
      if (keep) {
        LabCommand.startAgent(around.err(), lab)
            .ifPresent(agent -> around.err().println(agent.welcome()));
      }
      tell(lab);
      return exit;
    } finally {
      if (!keep) {
        around.err().println("Stopped " + lab.down().processes() + " processes.");
      }
    }
  }

  private String[] run(LabEstate lab) {
    var words = new ArrayList<>(List.of("run", "--config", lab.config().toString()));
    if (json) {
      words.add("--json");
    }
    words.add(REQUEST);
    return words.toArray(String[]::new);
  }

  private void tell(LabEstate lab) {
    around.err().println();
    around.err().println("The log stays: deployclaw log last [--json]");
    if (keep) {
      around.err().println("The lab runs: " + lab.config());
      around
          .err()
          .println("Try: deployclaw plan \"set umbrella's search limit to 600 per minute\"");
      around.err().println("Stop it with: deployclaw lab down");
    }
  }
}
