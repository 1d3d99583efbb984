package dev.deployclaw.lab;

import dev.deployclaw.container.cli.CommandLines;
import dev.deployclaw.container.cli.Surroundings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: the reference run on a fresh lab, from nothing to its log. */
@Command(
    name = "demo",
    description = "Start a lab, carry the reference run out on it, print its log, clean up.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  deployclaw demo",
      "  deployclaw demo --json > log.json",
      "  deployclaw demo --kubernetes --docker",
      "  deployclaw demo --keep        then: deployclaw run \"…\", deployclaw lab down"
    })
final class DemoCommand implements Callable<Integer> {
  static final String REQUEST = "Orchestrate the rate limit policies of all tenants";

  private final Surroundings around;

  @Option(names = "--keep", description = "Leave the lab running.")
  private boolean keep;

  @Option(names = "--json", description = "Only the execution log on standard output.")
  private boolean json;

  @Option(names = "--gateways", defaultValue = "47", description = "How many (default 47).")
  private int gateways = Lab.GATEWAYS;

  @Option(names = "--kubernetes", description = LabCommand.KUBERNETES)
  private boolean kubernetes;

  @Option(names = "--docker", description = LabCommand.DOCKER)
  private boolean docker;

  DemoCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    var lab = Lab.in(around.labFolder());
    if (lab.running()) {
      around.err().println("deployclaw: a lab runs already; stop it with: deployclaw lab down");
      return 2;
    }
    var missing = docker ? Containers.missing() : Optional.<String>empty();
    if (missing.isPresent()) {
      around.err().println("deployclaw: " + missing.get());
      return 2;
    }
    try (var _ = AtExit.run(lab::down)) {
      around.err().println("Starting a small estate in " + lab.folder());
      var size = new Lab.Size(gateways, kubernetes, docker);
      lab.up(size, part -> around.err().println("  up: " + part));
      around.err().println("\n> " + REQUEST + "\n");
      int exit = CommandLines.run(around, run(lab));
      tell(lab);
      return exit;
    } finally {
      if (!keep) {
        around.err().println("Stopped " + lab.down().processes() + " processes.");
      }
    }
  }

  private String[] run(Lab lab) {
    var words = new ArrayList<>(List.of("run", "--config", lab.config().toString()));
    if (json) {
      words.add("--json");
    }
    words.add(REQUEST);
    return words.toArray(String[]::new);
  }

  private void tell(Lab lab) {
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
