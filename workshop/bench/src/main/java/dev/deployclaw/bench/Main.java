package dev.deployclaw.bench;

import dev.deployclaw.bench.activation.ActivationBench;
import dev.deployclaw.bench.client.ClientBench;
import dev.deployclaw.bench.console.ConsoleBench;
import dev.deployclaw.bench.decision.DecideBench;
import dev.deployclaw.bench.grpc.GrpcBench;
import dev.deployclaw.bench.lease.LeaseBench;
import dev.deployclaw.bench.log.LogBench;
import dev.deployclaw.bench.soak.FlipBench;
import dev.deployclaw.bench.soak.SoakBench;
import dev.deployclaw.bench.stage.StageBench;
import dev.deployclaw.bench.wall.WallBench;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmarks by name: {@code workshop/bench/run stage}. */
@Command(
    name = "workshop/bench/run",
    mixinStandardHelpOptions = true,
    description = "Measures the phases of a run, decisions and the log.")
public final class Main {
  private Main() {}

  public static void main(String[] words) {
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var command =
        new CommandLine(new Main())
            .addSubcommand(new StageBench(out))
            .addSubcommand(new RunBench(out))
            .addSubcommand(new StartBench(out))
            .addSubcommand(new ConsoleBench(out))
            .addSubcommand(new ActivationBench(out))
            .addSubcommand(new WallBench(out))
            .addSubcommand(new DecideBench(out))
            .addSubcommand(new ClientBench(out))
            .addSubcommand(new GrpcBench(out))
            .addSubcommand(new SoakBench(out))
            .addSubcommand(new FlipBench(out))
            .addSubcommand(new LeaseBench(out))
            .addSubcommand(new LogBench(out));
    System.exit(command.execute(words));
  }
}
