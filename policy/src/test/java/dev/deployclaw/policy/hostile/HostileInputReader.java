package dev.deployclaw.policy.hostile;

import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.counting;
import static dev.deployclaw.policy.PolicyFixtures.limit;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.PolicyChecker;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import dev.deployclaw.policy.imports.DescriptorImport;
import dev.deployclaw.policy.imports.DescriptorKeyMapping;
import dev.deployclaw.policy.imports.LimitAdoption;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.source.PolicyCollector;
import dev.deployclaw.policy.source.PolicySource;
import dev.deployclaw.policy.source.TenantDefinitionRights;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Input that was made to take much time or memory, each piece given to what reads it. Prints what
 * came of it, a line each; for a JVM of its own, whose heap is small.
 */
final class HostileInputReader {
  private static final int MANY = 100_000;
  private static final String GOOD =
      """
      apiVersion: deployclaw.dev/v1
      kind: RateLimitPolicy
      metadata: {tenant: acme}
      spec:
        limits:
          - {name: all, requests: 10, window: 1m}
      """;

  private HostileInputReader() {}

  public static void main(String[] args) {
    documents();
    sets();
    imports();
    System.out.println("end");
  }

  /** Ten lists, each of ten aliases of the one before. */
  private static String bomb(String around) {
    var out = new StringBuilder("a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\n");
    for (int i = 1; i < 10; i++) {
      out.append("a%1$d: &a%1$d [".formatted(i));
      out.append(("*a" + (i - 1) + ",").repeat(10)).append("]\n");
    }
    return out + around;
  }

  /** Each wrong document beside a good one, which is to be there afterwards. */
  private static void documents() {
    var bad =
        Map.of(
            "bomb", bomb(GOOD),
            "deep", "[".repeat(100_000),
            "digits", GOOD.replace("requests: 10", "requests: " + "9".repeat(200_000)),
            "exponent", GOOD.replace("requests: 10", "requests: 1e999999999"),
            "many-limits", limits(2_500),
            "too-many-limits", limits(MANY),
            "long-names", GOOD + "x".repeat(200_000) + ": 1\n",
            "long-line", "tenant ".repeat(30_000),
            "many-keys", lines(15_000, i -> "k" + i + ": " + i));
    bad.forEach((name, text) -> {
      var sources =
          List.of(
              new PolicySource.Document(name + ".yaml", "home", text.replace("acme", "wrong")),
              new PolicySource.Document("acme.yaml", "home", GOOD));
      var all =
          PolicyCollector.collect(
              sources,
              TenantDefinitionRights.of(Map.of("home", Set.of(TenantDefinitionRights.ANY))),
              Set.of());
      System.out.println(
          "document "
              + name
              + " policies="
              + all.policies().keySet()
              + " "
              + all.problems().getFirst().text());
    });
    Iterable<PolicySource> same =
        () ->
            IntStream.range(0, MANY)
                .mapToObj(i -> (PolicySource) new PolicySource.Document(i + ".yaml", "home", GOOD))
                .iterator();
    var all =
        PolicyCollector.collect(
            same,
            TenantDefinitionRights.of(Map.of("home", Set.of(TenantDefinitionRights.ANY))),
            Set.of());
    System.out.println("twice " + all.problems().getFirst().text());
  }

  private static String limits(int count) {
    return GOOD
        + lines(count, i -> "    - {name: l%d, requests: %d, window: 1m}".formatted(i, 1 + i % 9));
  }

  /** Sets as they can't come from documents, or from very many. */
  private static void sets() {
    var held = counting(limit("held", RequestMatch.ANY, 5, 1), LimitAlgorithm.CONCURRENCY);
    check(
        "cycle",
        IntStream.range(0, MANY)
            .mapToObj(i -> child("t" + i, "t" + (i + 1) % MANY, held))
            .toList());
    check(
        "ladder",
        IntStream.range(0, MANY)
            .mapToObj(
                i -> child("t" + i, "t" + Math.max(0, i - 1), limit("all", RequestMatch.ANY, 5, 1)))
            .toList());
    List<Limit> many = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      many.add(limit("l" + i, RequestMatch.ANY, 1 + i, 60 + i % 600));
    }
    check("limits", List.of(tenant(many)));
  }

  private static TenantPolicy tenant(List<Limit> limits) {
    return child("acme", "group").withLimits(limits);
  }

  private static void check(String name, List<TenantPolicy> tenants) {
    var set = PolicySet.of(tenants, List.of(), "");
    var found =
        PolicyChecker.run(
            set, Optional.empty(), ClusterMeasurements.NOTHING, CheckThresholds.DEFAULT);
    long errors = found.stream().filter(f -> f.severity() == Severity.ERROR).count();
    long longest =
        found.stream().map(PolicyFinding::reason).mapToInt(String::length).max().orElse(0);
    System.out.println("set " + name + " errors=" + errors + " longest=" + longest);
  }

  private static void imports() {
    descriptors("bomb", bomb("domain: d\n"));
    descriptors("deep", "[".repeat(2_000_000));
    descriptors("items", "[" + "1,".repeat(2_000_000) + "]");
    descriptors("recursive", "a: &a [*a]\n");
    descriptors(
        "wildcards",
        "domain: d\ndescriptors:\n"
            + lines(
                20_000,
                i ->
                    "  - {key: path, value: /a%d/*, rate_limit: {unit: minute, requests_per_unit: 5}}"
                        .formatted(i)));
    descriptors(
        "merges",
        "base: &b {"
            + IntStream.range(0, MANY)
                .mapToObj(i -> "k" + i + ": 1")
                .collect(Collectors.joining(","))
            + "}\nown:\n  <<: *b\n"
            + lines(MANY, i -> "  k%d: 2".formatted(i)));
    var adoption = new LimitAdoption(Duration.ofMinutes(1));
    adoption.configMap("bomb.yaml", bomb("kind: ConfigMap\n"));
    adoption.limitReq("nginx.conf", "location {".repeat(MANY) + "limit_req zone=a;");
    adoption.limitReq(
        "digits.conf", "limit_req_zone $x zone=a:1m rate=" + "9".repeat(MANY) + "r/s;");
    System.out.println("adopt " + adoption.adopted().imported().problems().getFirst().text());
  }

  private static void descriptors(String name, String text) {
    var imported =
        DescriptorImport.of(
            List.of(new DescriptorImport.File(name + ".yaml", text)), DescriptorKeyMapping.USUAL);
    System.out.println(
        "import "
            + name
            + " rules="
            + imported.rules().size()
            + " "
            + (imported.problems().isEmpty() ? "" : imported.problems().getFirst().text()));
  }

  private static String lines(int count, IntFunction<String> line) {
    return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining("\n")) + "\n";
  }
}
