package dev.deployclaw.core.drift;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.GatewayDecisionTimeout;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.wire.ServiceStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is committed against what Redis and the gateways really enforce, and what the configuration
 * stores serve. Before the first change: what the sources want against the keys that somebody's
 * scripts wrote. Pure.
 */
public final class DriftComparison {
  private static final String BROWNFIELD = "rate_limit:";
  private static final String FIRST_CHANGE =
      "nothing is committed yet: deployclaw run \"apply the policies\"";
  private static final long MINUTE_SECONDS = 60;
  private static final List<String> COMPARED =
      List.of("redis.scan", "gateway.scan", "configuration.scan", "ratelimit.topology");

  private final ChangePlan.Ground base;
  private final List<Discrepancy> found = new ArrayList<>();

  private DriftComparison(ChangePlan.Ground base) {
    this.base = base;
  }

  /**
   * The same, and how the rules differ that Redis nodes hold of the committed epoch.
   *
   * @param committed the set of {@code base}
   */
  public static List<Discrepancy> of(
      ChangePlan.Ground base,
      PolicySet committed,
      Map<String, CallOutcome> looks,
      SortedMap<String, TenantPolicy> wanted) {
    var found = new ArrayList<>(of(base, looks, wanted));
    if (base.epoch() > 0 && !committed.tenants().isEmpty()) {
      var rules = new RuleDrift(base, committed);
      for (var node : RedisMeasurements.yes(looks, "redis.scan")) {
        rules.of(node).ifPresent(found::add);
      }
    }
    return List.copyOf(found);
  }

  /**
   * @param looks outcomes by operation; of interest are {@code redis.scan}, {@code gateway.scan},
   *     {@code configuration.scan} and {@code ratelimit.topology}
   * @param wanted what the sources define
   */
  public static List<Discrepancy> of(
      ChangePlan.Ground base,
      Map<String, CallOutcome> looks,
      SortedMap<String, TenantPolicy> wanted) {
    var comparison = new DriftComparison(base);
    var nodes = RedisMeasurements.reports(looks, "redis.scan");
    var gateways = RedisMeasurements.reports(looks, "gateway.scan");
    COMPARED.forEach(look -> comparison.silent(look, looks.get(look)));
    nodes.forEach(comparison::node);
    gateways.forEach(comparison::gateway);
    RedisMeasurements.reports(looks, "configuration.scan").forEach(comparison::node);
    RedisMeasurements.reports(looks, "ratelimit.topology").forEach(comparison::service);
    if (!comparison.managed() && !nodes.isEmpty()) {
      comparison.scripts(brownfield(nodes), wanted);
    }
    return List.copyOf(comparison.found);
  }

  /** Before the first change, and after going back to there, nothing is enforced by us. */
  private boolean managed() {
    return base.epoch() > 0 && !base.digest().equals(PolicySet.EMPTY.digest());
  }

  /** An executor that can't be looked at as a whole is unreachable, not empty. */
  private void silent(String look, @Nullable CallOutcome outcome) {
    if (outcome instanceof CallOutcome.Failed(var fault) && !(fault instanceof CallFault.Invalid)) {
      String name = look.substring(0, look.indexOf('.'));
      var kind = fault instanceof CallFault.Denied ? Kind.ACCESS_DENIED : Kind.UNREACHABLE;
      found.add(new Discrepancy(kind, name, fault.reason()));
    }
  }

  private void node(MemberReport report) {
    if (!answered(report) || !managed()) {
      return;
    }
    var epoch = RedisMeasurements.number(report, "epoch");
    if (epoch.isEmpty()) {
      add(Kind.MISSING, report, "holds none of the agent's policy sets");
    } else {
      epoch(report, epoch.get());
      if (epoch.get() == base.epoch() && !report.digest().equals(base.digest())) {
        add(Kind.DIFFERENT, report, "holds another policy set of epoch " + base.epoch());
      }
    }
  }

  private void gateway(MemberReport report) {
    if (managed() && report.answer() == MemberReport.Answer.NO && lacksAFile(report)) {
      add(Kind.MISSING, report, report.reason());
      return;
    }
    if (!answered(report) || !managed()) {
      return;
    }
    if (Boolean.FALSE.equals(report.facts().get("managed"))) {
      if (report.facts().getOrDefault("config", "").equals("")) {
        add(Kind.NOT_ENFORCED, report, "runs a file that the agent didn't write");
      } else {
        add(Kind.DIFFERENT, report, "its file was changed after the agent wrote it");
      }
      return;
    }
    RedisMeasurements.number(report, "epoch").ifPresent(epoch -> epoch(report, epoch));
  }

  /** It told what it holds, and that is no file of ours or anybody's. */
  private static boolean lacksAFile(MemberReport gateway) {
    return gateway.facts().containsKey("member") && !gateway.facts().containsKey("file");
  }

  /** A rate limit service says no where it asks another Redis. */
  private void service(MemberReport report) {
    switch (report.asLook().answer()) {
      case UNKNOWN -> unseen(report);
      case NO -> add(Kind.ASTRAY, report, report.reason());
      case YES -> {
        held(report);
        patience(report);
      }
      case SKIPPED -> {}
    }
  }

  /** A gateway that gives up first answers 503 for all, and knows of no limit that fails open. */
  private void patience(MemberReport service) {
    var longest = GatewayDecisionTimeout.NGINX.longestRedisTimeout();
    RedisMeasurements.number(service, "redis_timeout_ms")
        .filter(timeout -> timeout > longest.toMillis())
        .ifPresent(timeout ->
            found.add(
                new Discrepancy(
                    Kind.NOT_ENFORCED,
                    service.member(),
                    "waits " + timeout + " ms for Redis, longer than its gateways wait for it",
                    "start it with a --redis-timeout-ms of at most " + longest.toMillis())));
  }

  /** What a service holds besides the committed epoch is its own matter: an open change's, say. */
  private void held(MemberReport service) {
    if (!managed() || !(service.facts().get("epochs") instanceof List<?> epochs)) {
      return;
    }
    var held = new TreeMap<Long, String>();
    for (Object one : epochs) {
      if (one instanceof Map<?, ?> m && m.get("epoch") instanceof Number epoch) {
        held.put(epoch.longValue(), String.valueOf(m.get("digest")));
      }
    }
    if (held.isEmpty()) {
      add(Kind.MISSING, service, "holds none of the agent's policy sets");
    } else if (!held.containsKey(base.epoch())) {
      epoch(service, held.lastKey());
    } else if (!base.digest().equals(held.get(base.epoch()))) {
      add(Kind.DIFFERENT, service, "holds another policy set of epoch " + base.epoch());
    }
    if (service.facts().get("redis") instanceof String redis && !redis.equals(ServiceStatus.OK)) {
      found.add(
          new Discrepancy(
              Kind.NOT_ENFORCED,
              service.member(),
              "can't ask Redis: " + redis,
              "let it reach Redis; a repair can't"));
    }
  }

  private boolean answered(MemberReport report) {
    switch (report.asLook().answer()) {
      case UNKNOWN -> unseen(report);
      case NO -> add(Kind.DIFFERENT, report, report.reason());
      case YES, SKIPPED -> {}
    }
    return report.answer() == MemberReport.Answer.YES;
  }

  private void unseen(MemberReport report) {
    add(report.denied() ? Kind.ACCESS_DENIED : Kind.UNREACHABLE, report, report.reason());
  }

  private void epoch(MemberReport report, long epoch) {
    if (epoch < base.epoch()) {
      add(Kind.BEHIND, report, "is at epoch " + epoch + " instead of " + base.epoch());
    } else if (epoch > base.epoch()) {
      add(Kind.AHEAD, report, "is at epoch " + epoch + " instead of " + base.epoch());
    }
  }

  /** The keys that scripts wrote hold requests a minute, by tenant. */
  private void scripts(SortedMap<String, String> keys, SortedMap<String, TenantPolicy> wanted) {
    wanted.forEach((tenant, policy) -> {
      String value = keys.get(tenant);
      if (value == null) {
        found.add(
            new Discrepancy(
                Kind.NOT_ENFORCED, tenant, "has no enforcement state in Redis", FIRST_CHANGE));
      } else if (policy.limits().stream().noneMatch(l -> says(l, value))) {
        found.add(
            new Discrepancy(
                Kind.DIFFERENT,
                tenant,
                BROWNFIELD + tenant + " says " + value + " a minute, and no limit does",
                FIRST_CHANGE));
      }
    });
    keys.keySet().stream()
        .filter(tenant -> !wanted.containsKey(tenant))
        .forEach(tenant ->
            found.add(
                new Discrepancy(
                    Kind.EXTRA,
                    tenant,
                    "is in Redis, but in no source",
                    "write a policy for it, or adopt what is there: deployclaw adopt")));
  }

  private static boolean says(Limit limit, String perMinute) {
    long window = limit.window().toSeconds();
    return limit.algorithm() != LimitAlgorithm.CONCURRENCY
        && String.valueOf(limit.requests() * MINUTE_SECONDS / window).equals(perMinute);
  }

  private static SortedMap<String, String> brownfield(List<MemberReport> nodes) {
    var out = new TreeMap<String, String>();
    for (var node : nodes) {
      if (node.facts().get("brownfield") instanceof Map<?, ?> keys) {
        keys.forEach((key, value) -> {
          String name = String.valueOf(key);
          if (name.startsWith(BROWNFIELD)) {
            String tenant = name.substring(BROWNFIELD.length());
            out.put(tenant.replaceAll("^\\{|\\}$", ""), String.valueOf(value));
          }
        });
      }
    }
    return out;
  }

  private void add(Kind kind, MemberReport report, String detail) {
    found.add(new Discrepancy(kind, report.member(), detail));
  }
}
