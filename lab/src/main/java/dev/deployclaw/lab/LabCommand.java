package dev.deployclaw.lab;

import dev.deployclaw.container.cli.Surroundings;
import dev.deployclaw.testkit.Daemon;
import java.util.Comparator;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
      "  deployclaw lab break skew redis/node-7001 40",
      "  deployclaw lab heal",
      "  deployclaw lab down"
    })
final class LabCommand {
  private final Surroundings around;
  private final Lab lab;

  LabCommand(Surroundings around) {
    this.around = around;
    this.lab = Lab.in(around.labFolder());
  }

  @Command(
      description = "Start it; an earlier one is stopped first.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:  deployclaw lab up --gateways 6"})
  int up(
      @Option(names = "--gateways", defaultValue = "47", description = "How many (default 47).")
          int gateways)
      throws InterruptedException {
    if (gateways < 1 || gateways > 200) {
      around.err().println("--gateways must be from 1 to 200");
      return 2;
    }
    lab.up(gateways, part -> around.err().println("  up: " + part));
    around.out().println("The lab runs; its configuration is " + lab.config());
    return 0;
  }

  @Command(
      description = "What runs, and what doesn't.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:  deployclaw lab status"})
  int status() {
    var daemons = lab.daemons();
    if (daemons.isEmpty()) {
      around.out().println("There is no lab; start one with: deployclaw lab up");
      return 0;
    }
    daemons.stream()
        .sorted(Comparator.comparing(this::name))
        .forEach(d -> around.out().printf("%-24s %-8s pid %d%n", name(d), condition(d), d.pid()));
    return 0;
  }

  @Command(
      name = "break",
      description = "Do something bad to it.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:  deployclaw lab break kill gateways/gw-01"})
  int breakIt(
      @Parameters(paramLabel = "FAULT", description = "kill, pause, unguard or skew") String fault,
      @Parameters(paramLabel = "TARGET", description = "a name that `lab status` shows")
          String target,
      @Parameters(
              paramLabel = "MS",
              arity = "0..1",
              description = "how far a skewed clock goes ahead")
          @Nullable Integer millis) {
    var amount = millis == null ? OptionalInt.empty() : OptionalInt.of(millis);
    return new Faults(lab, around).apply(fault, target, amount);
  }

  @Command(
      description = "Resume and restart what was broken.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:  deployclaw lab heal"})
  int heal() {
    return new Faults(lab, around).heal();
  }

  @Command(
      description = "Stop all of it, and leave nothing behind.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:  deployclaw lab down"})
  int down() {
    int stopped = lab.down();
    around.out().println("The lab is down; " + stopped + " processes were stopped.");
    return 0;
  }

  private String name(Daemon daemon) {
    return Faults.name(lab, daemon);
  }

  private static String condition(Daemon daemon) {
    if (!daemon.alive()) {
      return "dead";
    }
    return daemon.paused() ? "paused" : "runs";
  }
}
