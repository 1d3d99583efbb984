package dev.deployclaw.bench.estate;

import dev.deployclaw.bench.measure.BenchOptions;
import dev.deployclaw.bench.measure.MachineDescription;
import dev.deployclaw.bench.redis.BenchCluster;
import dev.deployclaw.bench.sample.SampleTenants;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How long the agent looks at an estate of a quarter, half and all of its size: Kubernetes with its
 * gateways and policies, a Docker daemon, a Redis Cluster.
 */
@Command(
    name = "estate",
    mixinStandardHelpOptions = true,
    description = "Topology and scan of a large estate, and how they grow with it.")
public final class EstateBench implements Callable<Integer> {
  private static final String ROW = "  %-26s %8s %9s %10s %10s %7s %9s%n";
  private static final List<Integer> PARTS = List.of(4, 2, 1);

  @Option(
      names = "--gateways",
      defaultValue = "300",
      description = "gateways in three namespaces, two pods each (default: ${DEFAULT-VALUE})")
  private int gateways;

  @Option(
      names = "--containers",
      defaultValue = "1000",
      description = "containers on the Docker daemon (default: ${DEFAULT-VALUE})")
  private int containers;

  @Option(
      names = "--tenants",
      defaultValue = "10000",
      description = "policies in ConfigMaps, and rules in Redis (default: ${DEFAULT-VALUE})")
  private int tenants;

  @Option(
      names = "--rounds",
      defaultValue = "11",
      description = "measured rounds of each look (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "rounds that are thrown away before (default: ${DEFAULT-VALUE})")
  private int warmUp;

  @Mixin private final BenchOptions reporting = new BenchOptions();

  private final PrintWriter out;

  public EstateBench(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws Exception {
    try (var scratch = reporting.scratch()) {
      var looks = new ArrayList<List<ScanFigures>>();
      looks.addAll(kubernetes(scratch.path()));
      looks.add(redis(scratch.path().resolve("redis")));
      var missing = TestDockerDaemon.missing();
      if (missing.isEmpty()) {
        looks.add(docker(scratch.path().resolve("docker")));
      }
      if (reporting.json()) {
        var all = ScanFigures.json(looks.stream().flatMap(List::stream).toList());
        out.println(
            CanonicalJson.text(
                Map.of(
                    "bench", "estate", "machine", MachineDescription.now().json(), "looks", all)));
      } else {
        print(looks);
        missing.ifPresent(why -> out.println("  no Docker: " + why));
      }
      out.flush();
    }
    return 0;
  }

  /** By kind of look, each at its three sizes. */
  private List<List<ScanFigures>> kubernetes(Path folder) throws InterruptedException {
    var bySize = new ArrayList<List<ScanFigures>>();
    for (int part : PARTS) {
      try (var estate = new KubernetesScanSubjects(folder, gateways / part, tenants / part)) {
        var looks = new ArrayList<ScanFigures>();
        for (var subject : estate.all()) {
          looks.add(ScanFigures.measure(subject, warmUp, rounds));
        }
        bySize.add(looks);
      }
    }
    return IntStream.range(0, bySize.getFirst().size())
        .mapToObj(kind -> bySize.stream().map(looks -> looks.get(kind)).toList())
        .toList();
  }

  private List<ScanFigures> redis(Path folder) throws InterruptedException {
    var out = new ArrayList<ScanFigures>();
    try (var cluster = BenchCluster.start(folder)) {
      for (int part : PARTS) {
        try (var subject = new RedisScanSubject(cluster, SampleTenants.of(tenants / part))) {
          out.add(ScanFigures.measure(subject, warmUp, rounds));
        }
      }
    }
    return out;
  }

  private List<ScanFigures> docker(Path folder) throws InterruptedException {
    var out = new ArrayList<ScanFigures>();
    try (var docker = TestDockerDaemon.start(folder)) {
      for (int part : PARTS) {
        out.add(
            ScanFigures.measure(
                DockerScanSubject.grown(docker, containers / part), warmUp, rounds));
      }
    }
    return out;
  }

  private void print(List<List<ScanFigures>> looks) {
    out.println(MachineDescription.now().text());
    out.printf(ROW, "", "of", "requests", "median ms", "bare ms", "ratio", "each one");
    for (var sizes : looks) {
      sizes.forEach(l -> row(l, ScanFigures.growth(sizes.getFirst(), l)));
    }
  }

  private void row(ScanFigures look, long growth) {
    out.printf(
        ROW,
        look.title(),
        "%,d".formatted(look.size()),
        look.requests().stream().mapToObj(Integer::toString).findFirst().orElse(""),
        number(look.look().median() / 1e6),
        number(look.bare().median() / 1e6),
        number(look.ratio() / 1e3),
        number(growth / 1e3));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
