package dev.deployclaw.bench.estate;

import static dev.deployclaw.bench.measure.FigureFormat.line;
import static dev.deployclaw.bench.measure.FigureFormat.milli;
import static dev.deployclaw.bench.measure.FigureFormat.millis;
import static dev.deployclaw.bench.measure.FigureFormat.whole;

import dev.deployclaw.bench.measure.BenchCommand;
import dev.deployclaw.bench.redis.BenchCluster;
import dev.deployclaw.bench.sample.SampleTenants;
import dev.deployclaw.testkit.docker.TestDockerDaemon;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long the agent looks at an estate of a quarter, half and all of its size: Kubernetes with its
 * gateways and policies, a Docker daemon, a Redis Cluster.
 */
@Command(
    name = "estate",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Topology and scan of a large estate, and how they grow with it.")
public final class EstateBench extends BenchCommand<EstateBench.Figures> {
  private static final String ROW = "  %-26s %8s %9s %10s %10s %7s %9s%n";
  private static final List<Integer> PARTS = List.of(4, 2, 1);

  @Option(
      names = "--gateways",
      defaultValue = "300",
      description = "gateways in three namespaces, two pods each")
  private int gateways;

  @Option(
      names = "--containers",
      defaultValue = "1000",
      description = "containers on the Docker daemon")
  private int containers;

  @Option(
      names = "--tenants",
      defaultValue = "10000",
      description = "policies in ConfigMaps, and rules in Redis")
  private int tenants;

  @Option(names = "--rounds", defaultValue = "11", description = "measured rounds of each look")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "rounds that are thrown away before")
  private int warmUp;

  public EstateBench(PrintWriter out) {
    super(out);
  }

  /**
   * All that is measured.
   *
   * @param looks by kind, each at its sizes
   * @param missing why there is no Docker
   */
  record Figures(List<List<ScanFigures>> looks, Optional<String> missing) {}

  @Override
  protected Figures measure(Path folder) throws InterruptedException {
    var looks = new ArrayList<>(kubernetes(folder));
    looks.add(redis(folder.resolve("redis")));
    var missing = TestDockerDaemon.missing();
    if (missing.isEmpty()) {
      looks.add(docker(folder.resolve("docker")));
    }
    return new Figures(looks, missing);
  }

  @Override
  protected Map<String, Object> json(Figures figures) {
    return Map.of(
        "looks", ScanFigures.json(figures.looks().stream().flatMap(List::stream).toList()));
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

  @Override
  protected void print(Figures figures, PrintWriter out) {
    line(out, ROW, "", "of", "requests", "median ms", "bare ms", "ratio", "each one");
    for (var sizes : figures.looks()) {
      for (var look : sizes) {
        line(
            out,
            ROW,
            look.title(),
            whole(look.size()),
            look.requests().stream().mapToObj(Integer::toString).findFirst().orElse(""),
            millis(look.look().median()),
            millis(look.bare().median()),
            milli(look.ratio()),
            milli(ScanFigures.growth(sizes.getFirst(), look)));
      }
    }
    figures.missing().ifPresent(why -> out.println("  no Docker: " + why));
  }
}
