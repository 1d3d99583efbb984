package dev.deployclaw.bench;

import dev.deployclaw.bench.console.ConsoleBench;
import dev.deployclaw.bench.decision.DecideBench;
import dev.deployclaw.bench.lease.LeaseBench;
import dev.deployclaw.bench.soak.FlipBench;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks by name: {@code workshop/bench/run start}. */
@Command(
    name = "workshop/bench/run",
    mixinStandardHelpOptions = true,
    description = "Measures the phases of a run, decisions and the console.")
public final class Main {
  private Main() {}

  public static void main(String[] words) {
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var command =
        new CommandLine(new Main())
            .addSubcommand(new RunBench(out))
            .addSubcommand(new StartBench(out))
            .addSubcommand(new ConsoleBench(out))
            .addSubcommand(new DecideBench(out))
            .addSubcommand(new FlipBench(out))
            .addSubcommand(new LeaseBench(out));
    System.exit(command.execute(words));
  }
}
