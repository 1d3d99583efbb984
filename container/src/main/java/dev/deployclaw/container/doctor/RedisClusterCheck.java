package dev.deployclaw.container.doctor;

import dev.deployclaw.core.compile.CheckedTarget;
import dev.deployclaw.core.drift.RedisMeasurements;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.finding.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The Redis cluster: who is there, what a failover or a full memory would lose, the clocks. */
record RedisClusterCheck(ExecutorCheck looks, int stepFactor) {
  private static final String REDIS = "redis";
  private static final Set<CheckKind> MEASURED =
      Set.of(CheckKind.CLOCK, CheckKind.LATENCY, CheckKind.PARTITION);

  List<Diagnosis> examine() throws InterruptedException {
    return switch (looks.look(REDIS, "topology")) {
      case CallOutcome.Failed(var fault) -> List.of(Diagnosis.of(REDIS, fault));
      case CallOutcome.Done topology -> examine(topology);
    };
  }

  private List<Diagnosis> examine(CallOutcome.Done topology) throws InterruptedException {
    var found = new ArrayList<>(ExecutorCheck.told(REDIS, topology.reports()));
    if (topology.facts().get("slots_unowned") instanceof Long unowned && unowned > 0) {
      found.add(
          Diagnosis.error(REDIS, "no node owns " + unowned + " slots", "redis-cli --cluster fix"));
    }
    found.addAll(
        promises(
            topology.reports().stream()
                .filter(r -> r.answer() == MemberReport.Answer.YES)
                .toList()));
    found.addAll(measured(topology));
    return found;
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

    Optional<Diagnosis> of(List<MemberReport> nodes) {
      var names = nodes.stream().filter(n -> !keptBy(n.facts())).map(MemberReport::member).toList();
      return names.isEmpty()
          ? Optional.empty()
          : Optional.of(Diagnosis.warning(REDIS, broken + String.join(", ", names), remedy));
    }
  }

  private static List<Diagnosis> promises(List<MemberReport> nodes) {
    var found = new ArrayList<Diagnosis>();
    for (var promise : Promise.values()) {
      promise.of(nodes).ifPresent(found::add);
    }
    for (var node : nodes) {
      if (evicts(node.facts())) {
        found.add(
            Diagnosis.error(
                REDIS,
                node.member() + " evicts keys (" + node.facts().get("maxmemory_policy") + ")",
                "CONFIG SET maxmemory-policy noeviction: rules are keys, too"));
      }
    }
    return found;
  }

  private static boolean evicts(Map<String, Object> facts) {
    return facts.get("maxmemory") instanceof Long most
        && most > 0
        && facts.get("maxmemory_policy") instanceof String policy
        && !policy.equals("noeviction");
  }

  /** The checks that every plan makes of what was measured. */
  private List<Diagnosis> measured(CallOutcome.Done topology) throws InterruptedException {
    var seen = new TreeMap<String, CallOutcome>();
    seen.put("redis.topology", topology);
    seen.put("redis.clock", looks.look(REDIS, "clock"));
    seen.put("redis.latency", looks.look(REDIS, "latency"));
    var measured = RedisMeasurements.of(seen);
    return diagnoses(
        CheckedTarget.of(PolicySet.EMPTY, PolicySet.EMPTY, measured, stepFactor).findings());
  }

  static List<Diagnosis> diagnoses(List<PolicyFinding> found) {
    return found.stream()
        .filter(f -> MEASURED.contains(f.check()))
        .filter(f -> !List.of().equals(f.evidence().get("admits"))) // of no policies
        .map(RedisClusterCheck::diagnosis)
        .toList();
  }

  private static Diagnosis diagnosis(PolicyFinding f) {
    var slow = f.check() == CheckKind.LATENCY ? Severity.WARNING : f.severity();
    return switch (slow) {
      case INFO -> Diagnosis.ok(REDIS, f.reason());
      case WARNING -> Diagnosis.warning(REDIS, f.reason(), f.remedy());
      case ERROR -> Diagnosis.error(REDIS, f.reason(), f.remedy());
    };
  }
}
