package dev.deployclaw.bench;

import dev.deployclaw.policy.json.Canonical;
import dev.deployclaw.testkit.Docker;
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
final class EstateBench implements Callable<Integer> {
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

  @Mixin private final Reporting reporting = new Reporting();

  private final PrintWriter out;

  EstateBench(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws Exception {
    try (var scratch = reporting.scratch()) {
      var looks = new ArrayList<List<Looked>>();
      looks.addAll(kubernetes(scratch.path()));
      looks.add(redis(scratch.path().resolve("redis")));
      var missing = Docker.missing();
      if (missing.isEmpty()) {
        looks.add(docker(scratch.path().resolve("docker")));
      }
      if (reporting.json()) {
        var all = Looked.json(looks.stream().flatMap(List::stream).toList());
        out.println(
            Canonical.text(
                Map.of("bench", "estate", "machine", Machine.now().json(), "looks", all)));
      } else {
        print(looks);
        missing.ifPresent(why -> out.println("  no Docker: " + why));
      }
      out.flush();
    }
    return 0;
  }

  /** By kind of look, each at its three sizes. */
  private List<List<Looked>> kubernetes(Path folder) throws InterruptedException {
    var bySize = new ArrayList<List<Looked>>();
    for (int part : PARTS) {
      try (var estate = new KubernetesSubjects(folder, gateways / part, tenants / part)) {
        var looks = new ArrayList<Looked>();
        for (var subject : estate.all()) {
          looks.add(Looked.measure(subject, warmUp, rounds));
        }
        bySize.add(looks);
      }
    }
    return IntStream.range(0, bySize.getFirst().size())
        .mapToObj(kind -> bySize.stream().map(looks -> looks.get(kind)).toList())
        .toList();
  }

  private List<Looked> redis(Path folder) throws InterruptedException {
    var out = new ArrayList<Looked>();
    try (var cluster = BenchCluster.start(folder)) {
      for (int part : PARTS) {
        try (var subject = new RedisSubject(cluster, SampleTenants.of(tenants / part))) {
          out.add(Looked.measure(subject, warmUp, rounds));
        }
      }
    }
    return out;
  }

  private List<Looked> docker(Path folder) throws InterruptedException {
    var out = new ArrayList<Looked>();
    try (var docker = Docker.start(folder)) {
      for (int part : PARTS) {
        out.add(Looked.measure(DockerSubject.grown(docker, containers / part), warmUp, rounds));
      }
    }
    return out;
  }

  private void print(List<List<Looked>> looks) {
    out.println(Machine.now().text());
    out.printf(ROW, "", "of", "requests", "median ms", "bare ms", "ratio", "each one");
    for (var sizes : looks) {
      sizes.forEach(l -> row(l, Looked.growth(sizes.getFirst(), l)));
    }
  }

  private void row(Looked look, long growth) {
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
