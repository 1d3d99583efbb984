package dev.deployclaw.bench;

import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.ResidentMemory;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.sample.SampleTenants;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code ./deployclaw serve} on a lab until {@code /readyz} is 200, beside a bare JVM: time and
 * CPU, which says more on a busy machine; then memory, commands that the agent answers, and memory
 * after a change of many tenants.
 */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "An agent's start until it is ready, its memory, and commands that it answers.")
final class StartBench extends BenchCommand<Map<String, TimingSamples>> {
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final long LOOK_MILLIS = 5;
  private static final String BARE = "a bare JVM, us";
  private static final String READY = "until it is ready, us";
  private static final String AGENT = "agent, ";
  private static final String HOST = "executor host, ";
  private static final String CPU = "us of CPU";
  private static final String MEMORY = "KiB in memory";
  private static final String REQUEST = "Orchestrate the rate limit policies of all tenants";

  @Option(names = "--rounds", defaultValue = "5", description = "of starts, and of each command")
  private int rounds = 5;

  @Option(names = "--gateways", defaultValue = "6", description = "gateways of the lab")
  private int gateways = 6;

  @Option(names = "--idle", defaultValue = "15", description = "seconds until memory is measured")
  private int idle = 15;

  @Option(names = "--tenants", defaultValue = "10000", description = "of the change at the end")
  private int tenants = 10_000;

  private final Path program = Path.of(System.getProperty("deployclaw.home", ""), "deployclaw");
  private final Map<String, List<Long>> taken = new LinkedHashMap<>();

  StartBench(PrintWriter out) {
    super(out);
  }

  @Override
  protected Map<String, TimingSamples> measure(Path folder) throws Exception {
    var lab = LabEstate.in(folder.resolve("lab"));
    var out = folder.resolve("out");
    try {
      lab.up(gateways, _ -> {});
      var source = addSource(lab);
      var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      for (int i = 0; i < rounds; i++) {
        run(BARE, List.of(java, "-XX:TieredStopAtLevel=1", "-version"), out);
        var agent = started(lab, folder);
        try {
          if (i == rounds - 1) {
            memory(agent, MEMORY);
            commands(lab, out);
            for (var policy : SampleTenants.of(tenants).tenants().values()) {
              Files.writeString(
                  source.resolve(policy.tenant() + ".yaml"), PolicyYamlWriter.yaml(policy));
            }
            run("the change, us", words(lab, "run", REQUEST), out);
            memory(agent, MEMORY + ", " + tenants + " tenants");
          }
        } finally {
          agent.destroy();
          agent.waitFor();
        }
      }
    } finally {
      lab.down();
    }
    var figures = new LinkedHashMap<String, TimingSamples>();
    taken.forEach((what, values) -> figures.put(what, new TimingSamples(values)));
    return figures;
  }

  private Process started(LabEstate lab, Path folder) throws IOException, InterruptedException {
    var tokens = folder.resolve("tokens.yaml");
    Files.writeString(
        tokens, "tokens: [{name: bench, sha256: \"" + "0".repeat(64) + "\", roles: [viewer]}]\n");
    int port = FreePortFinder.free();
    var builder = new ProcessBuilder(words(lab, "serve")).inheritIO();
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("DEPLOYCLAW_SERVE_LISTEN", "127.0.0.1:" + port);
    builder.environment().put("DEPLOYCLAW_SERVE_TOKENS_FILE", tokens.toString());
    long begin = System.nanoTime();
    var agent = builder.start();
    while (!ServerReadiness.answers("http://127.0.0.1:" + port + "/readyz")) {
      if (agent.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)
          || System.nanoTime() - begin > LONGEST.toNanos()) {
        agent.destroyForcibly();
        throw new IllegalStateException("the agent isn't ready");
      }
    }
    take(READY, (System.nanoTime() - begin) / 1_000);
    take(AGENT + CPU, cpu(agent.toHandle()));
    take(HOST + CPU, cpu(host(agent)));
    return agent;
  }

  /** An empty folder that the agent has as a source of policies. */
  private static Path addSource(LabEstate lab) throws IOException {
    var text = Files.readString(lab.config());
    var more = "policySources:\n  - {folder: policies/many, namespace: edge-us}\n";
    Files.writeString(lab.config(), text.replaceFirst("(?m)^policySources:\n", more));
    return Files.createDirectories(lab.folder().resolve("policies/many"));
  }

  private void memory(Process agent, String what) throws IOException, InterruptedException {
    var _ = agent.waitFor(idle, TimeUnit.SECONDS);
    take(AGENT + what, ResidentMemory.kibibytes(agent.toHandle()));
    take(HOST + what, ResidentMemory.kibibytes(host(agent)));
  }

  private void commands(LabEstate lab, Path out) {
    for (int i = 0; i < rounds; i++) {
      run("--help, us", List.of(program.toString(), "--help"), out);
      run("status, us", words(lab, "status"), out);
      run("plan, us", words(lab, "plan", "set umbrella's search limit to 600 per minute"), out);
    }
  }

  private void run(String what, List<String> command, Path out) {
    long begin = System.nanoTime();
    var process = CommandRunner.of(command).start(out, Path.of(out + ".err"));
    if (CommandRunner.awaitExit(process, LONGEST) != 0) {
      throw new IllegalStateException(command + " failed");
    }
    take(what, (System.nanoTime() - begin) / 1_000);
  }

  private List<String> words(LabEstate lab, String... words) {
    var all = new ArrayList<>(List.of(program.toString()));
    all.addAll(List.of(words));
    all.addAll(List.of("--config", lab.config().toString()));
    return all;
  }

  private void take(String what, long value) {
    taken.computeIfAbsent(what, _ -> new ArrayList<>()).add(value);
  }

  /** A child of the script that started the agent may have ended, and has no command then. */
  private static ProcessHandle host(Process agent) {
    return agent
        .children()
        .filter(one -> one.info().command().isPresent())
        .findFirst()
        .orElseThrow();
  }

  private static long cpu(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1_000;
  }

  @Override
  protected List<FigureTable<?>> tables(Map<String, TimingSamples> figures) {
    return List.of(
        new FigureTable<>("start", "Starts, memory and commands", List.copyOf(figures.entrySet()))
            .text("", "what", Map.Entry::getKey)
            .whole("median", "median", figure -> figure.getValue().median())
            .whole("best", "best", figure -> figure.getValue().best()));
  }
}
