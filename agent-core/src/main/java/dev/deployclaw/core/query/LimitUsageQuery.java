package dev.deployclaw.core.query;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.EnforcedState;
import dev.deployclaw.core.query.LimitUsageReport.ServiceLeases;
import dev.deployclaw.core.query.LimitUsageReport.Use;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Measures how much of their limits tenants use: the counters that Redis holds now, and what the
 * rate limit services let pass and refused between two readings. Writes nothing, and charges
 * nothing. For one question.
 */
public final class LimitUsageQuery {
  /** As many counters as are asked for by name. */
  private static final int MOST_KEYS = 10_000;

  private final AgentPorts ports;
  private final AgentSettings settings;
  private final ChangeStore store;
  private final List<String> gaps = new ArrayList<>();

  public LimitUsageQuery(AgentPorts ports, AgentSettings settings, ChangeStore store) {
    this.ports = ports;
    this.settings = settings;
    this.store = store;
  }

  /** A limit, by the tenant or group in whose policy it stands. */
  private record Name(String tenant, String limit) {}

  /** What was seen of one limit's counters. */
  private record Fill(long used, long counters) {
    Fill with(long more) {
      return new Fill(Math.max(used, more), counters + 1);
    }
  }

  /** Requests that passed and that didn't. */
  private record Count(long allowed, long refused) {
    static final Count NONE = new Count(0, 0);

    Count plus(Count other) {
      return new Count(allowed + other.allowed, refused + other.refused);
    }

    Count since(Count earlier) {
      return new Count(allowed - earlier.allowed, refused - earlier.refused);
    }
  }

  /** One service's counts, and since when it counts. */
  private record Told(String since, Map<Name, Count> counts, Optional<ServiceLeases> leases) {}

  public LimitUsageReport measure(Duration over) throws InterruptedException {
    var now = new EnforcedState(store).now("usage");
    if (now.activation().isEmpty()) {
      return LimitUsageReport.unreachable(now.lost().reason());
    }
    long epoch = now.activation().get().epoch();
    var set = EnforcedState.set(now.activation().get());
    var limits = limits(set);
    long from = ports.time().micros();
    var before = services();
    ports.time().pause(over);
    var after = services();
    long window = ports.time().micros() - from;
    var fills = fills(set, limits);
    var counts = between(before, after);
    List<Use> uses = new ArrayList<>();
    limits.forEach((name, limit) -> uses.add(use(name, limit, fills, counts)));
    counts.forEach((name, count) -> {
      if (name.limit().isEmpty()) {
        uses.add(new Use(name.tenant(), "", 0, 0, 0, count.allowed(), count.refused()));
      }
    });
    var leases = after.values().stream().flatMap(told -> told.leases().stream()).toList();
    return new LimitUsageReport(ExitCode.OK, "", epoch, window, uses, leases, gaps);
  }

  private static Use use(Name name, Limit limit, Map<Name, Fill> fills, Map<Name, Count> counts) {
    var fill = fills.getOrDefault(name, new Fill(0, 0));
    var count = counts.getOrDefault(name, Count.NONE);
    return new Use(
        name.tenant(),
        name.limit(),
        fill.used(),
        LimitRule.of(limit).capacity(),
        fill.counters(),
        count.allowed(),
        count.refused());
  }

  private static Map<Name, Limit> limits(PolicySet set) {
    var out = new LinkedHashMap<Name, Limit>();
    for (var tenant : set.tenants().values()) {
      tenant.limits().forEach(l -> out.put(new Name(tenant.tenant(), l.name()), l));
    }
    return out;
  }

  private Map<Name, Fill> fills(PolicySet set, Map<Name, Limit> limits)
      throws InterruptedException {
    List<String> keys = new ArrayList<>();
    boolean find = false;
    for (var entry : limits.entrySet()) {
      if (entry.getValue().key().isEmpty()) {
        var name = entry.getKey();
        keys.add(
            RedisKeyLayout.counterKey(
                set.root(name.tenant()), name.tenant(), name.limit(), List.of()));
      } else {
        find = true;
      }
    }
    if (keys.size() > MOST_KEYS) {
      gaps.add("only " + MOST_KEYS + " of " + keys.size() + " counters were asked for");
    }
    var asked = keys.stream().limit(MOST_KEYS).toList();
    var out = new LinkedHashMap<Name, Fill>();
    for (var node : look("redis", Map.of("keys", asked, "find", find))) {
      counters(node, limits, out);
      if (Boolean.FALSE.equals(node.facts().get("whole"))) {
        gaps.add(node.member() + " has more counters than one query reads");
      }
    }
    return out;
  }

  private static void counters(MemberReport node, Map<Name, Limit> limits, Map<Name, Fill> out) {
    long now = node.facts().get("now_us") instanceof Number n ? n.longValue() : 0;
    if (!(node.facts().get("counters") instanceof Map<?, ?> counters)) {
      return;
    }
    counters.forEach((key, text) -> {
      var name = name(String.valueOf(key));
      var limit = name.map(limits::get);
      var counter = LimitCounter.parse(String.valueOf(text));
      if (limit.isPresent() && counter.isPresent()) {
        long used = used(counter.get(), LimitRule.of(limit.get()), now);
        out.merge(name.get(), new Fill(used, 1), (there, _) -> there.with(used));
      }
    });
  }

  private static long used(LimitCounter stored, LimitRule rule, long now) {
    return rule.capacity() - LimitCounter.read(stored.rewound(now), rule, now).remaining(rule);
  }

  /** {@code dc:{root}:c:tenant:limit:...}: names are labels, so they have no colon. */
  private static Optional<Name> name(String key) {
    int at = key.indexOf("}:c:");
    String[] parts = at < 0 ? new String[0] : key.substring(at + 4).split(":", -1);
    return parts.length < 2 ? Optional.empty() : Optional.of(new Name(parts[0], parts[1]));
  }

  private Map<String, Told> services() throws InterruptedException {
    var out = new TreeMap<String, Told>();
    for (var service : look(ExecutorRegistry.SERVICES, Map.of())) {
      out.put(service.member(), told(service));
    }
    return out;
  }

  private static Told told(MemberReport service) {
    var counts = new LinkedHashMap<Name, Count>();
    if (service.facts().get("limits") instanceof List<?> list) {
      for (var one : list) {
        if (one instanceof Map<?, ?> m) {
          counts.put(
              new Name(String.valueOf(m.get("tenant")), String.valueOf(m.get("limit"))),
              new Count(number(m, "allowed"), number(m, "refused")));
        }
      }
    }
    return new Told(String.valueOf(service.facts().get("since")), counts, leases(service));
  }

  private static Optional<ServiceLeases> leases(MemberReport service) {
    return service.facts().get("leases") instanceof Map<?, ?> m
        ? Optional.of(
            new ServiceLeases(
                service.member(),
                number(m, "held"),
                number(m, "in_hand"),
                number(m, "requests"),
                number(m, "from_memory")))
        : Optional.empty();
  }

  /** A service that restarted in between counts from zero; one heard once says nothing of it. */
  private Map<Name, Count> between(Map<String, Told> before, Map<String, Told> after) {
    var out = new LinkedHashMap<Name, Count>();
    after.forEach((member, now) -> {
      var then = before.get(member);
      if (then == null) {
        gap(member + ": only its second reading is known, so it isn't counted");
        return;
      }
      var earlier = then.since().equals(now.since()) ? then.counts() : Map.<Name, Count>of();
      now.counts()
          .forEach((name, count) -> {
            out.merge(name, count.since(earlier.getOrDefault(name, Count.NONE)), Count::plus);
          });
    });
    return out;
  }

  private List<MemberReport> look(String executor, Map<String, Object> arguments)
      throws InterruptedException {
    Optional<BackendExecutor> found = ports.executors().named(executor);
    if (found.isEmpty()) {
      return List.of();
    }
    var call = new ExecutorCall.Look("usage", arguments);
    var outcome =
        ports.calls().one(found.get(), call, CallContext.looking(), settings.bounds().call());
    List<MemberReport> heard = new ArrayList<>();
    switch (outcome) {
      case CallOutcome.Failed(var fault) -> gap(executor + ": " + fault.reason());
      case CallOutcome.Done done -> {
        for (var report : done.reports()) {
          if (report.answer() == Answer.YES) {
            heard.add(report);
          } else if (report.answer() != Answer.SKIPPED) {
            gap(report.member() + ": " + report.reason());
          }
        }
      }
    }
    return heard;
  }

  private void gap(String what) {
    if (!gaps.contains(what)) {
      gaps.add(what);
    }
  }

  private static long number(Map<?, ?> map, String key) {
    return map.get(key) instanceof Number n ? n.longValue() : 0;
  }
}
