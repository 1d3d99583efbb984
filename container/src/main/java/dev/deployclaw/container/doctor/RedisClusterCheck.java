package dev.deployclaw.container.doctor;

import dev.deployclaw.core.compile.CheckedTarget;
import dev.deployclaw.core.drift.RedisMeasurements;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The Redis cluster: who is there, what a failover or a full memory would lose, the clocks. */
record RedisClusterCheck(ExecutorCheck looks, int stepFactor) {
  private static final String REDIS = "redis";
  private static final Set<CheckKind> MEASURED =
      Set.of(CheckKind.CLOCK, CheckKind.LATENCY, CheckKind.PARTITION);

  List<Diagnosis> examine() throws InterruptedException {
    return switch (looks.look(REDIS, "topology")) {
      case CallOutcome.Failed(var fault) -> ExecutorCheck.failed(REDIS, fault);
      case CallOutcome.Done topology -> examine(topology);
    };
  }

  private List<Diagnosis> examine(CallOutcome.Done topology) throws InterruptedException {
    var found = new DiagnosisCollector(REDIS);
    ExecutorCheck.tell(topology.reports(), found);
    if (topology.facts().get("slots_unowned") instanceof Long unowned && unowned > 0) {
      found.error("no node owns " + unowned + " slots", "redis-cli --cluster fix");
    }
    promises(
        topology.reports().stream().filter(r -> r.answer() == MemberReport.Answer.YES).toList(),
        found);
    tell(measured(topology), found);
    return found.all();
  }

  /** What nodes may not keep, each told once with all their names. */
  private enum Promise {
    REPLICA(
        "no replica in sync, so a shard is lost with its primary: ",
        "give each primary a replica") {
      @Override
      boolean keptBy(Map<String, Object> facts) {
        return !Long.valueOf(0).equals(facts.get("replicas_online"));
      }
    },
    SETTINGS(
        "settings can't be read from ", "allow CONFIG GET, so that a partition can be estimated") {
      @Override
      boolean keptBy(Map<String, Object> facts) {
        return facts.containsKey("node_timeout_ms");
      }
    },
    APPEND_ONLY(
        "no append-only file, so a restart empties it: ",
        "CONFIG SET appendonly yes; until then a run after a restart writes all rules again") {
      @Override
      boolean keptBy(Map<String, Object> facts) {
        return !Boolean.FALSE.equals(facts.get("append_only"));
      }
    };

    private final String broken;
    private final String remedy;

    Promise(String broken, String remedy) {
      this.broken = broken;
      this.remedy = remedy;
    }

    abstract boolean keptBy(Map<String, Object> facts);

    void tell(List<MemberReport> nodes, DiagnosisCollector found) {
      var names = nodes.stream().filter(n -> !keptBy(n.facts())).map(MemberReport::member).toList();
      if (!names.isEmpty()) {
        found.warning(broken + String.join(", ", names), remedy);
      }
    }
  }

  private static void promises(List<MemberReport> nodes, DiagnosisCollector found) {
    for (var promise : Promise.values()) {
      promise.tell(nodes, found);
    }
    for (var node : nodes) {
      if (evicts(node.facts())) {
        found.error(
            node.member() + " evicts keys (" + node.facts().get("maxmemory_policy") + ")",
            "CONFIG SET maxmemory-policy noeviction: rules are keys, too");
      }
    }
  }

  private static boolean evicts(Map<String, Object> facts) {
    return facts.get("maxmemory") instanceof Long most
        && most > 0
        && facts.get("maxmemory_policy") instanceof String policy
        && !policy.equals("noeviction");
  }

  /** The checks that every plan makes of what was measured. */
  private List<PolicyFinding> measured(CallOutcome.Done topology) throws InterruptedException {
    var seen = new TreeMap<String, CallOutcome>();
    seen.put("redis.topology", topology);
    seen.put("redis.clock", looks.look(REDIS, "clock"));
    seen.put("redis.latency", looks.look(REDIS, "latency"));
    var measured = RedisMeasurements.of(seen);
    return CheckedTarget.of(PolicySet.EMPTY, PolicySet.EMPTY, measured, stepFactor).findings();
  }

  static void tell(List<PolicyFinding> measured, DiagnosisCollector found) {
    for (var f : measured) {
      if (!MEASURED.contains(f.check())
          || List.of().equals(f.evidence().get("admits"))) { // of no policies
        continue;
      }
      switch (f.check() == CheckKind.LATENCY ? Severity.WARNING : f.severity()) {
        case INFO -> found.ok(f.reason());
        case WARNING -> found.warning(f.reason(), f.remedy());
        case ERROR -> found.error(f.reason(), f.remedy());
      }
    }
  }
}
