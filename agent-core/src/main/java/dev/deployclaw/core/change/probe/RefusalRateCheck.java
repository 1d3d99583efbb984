package dev.deployclaw.core.change.probe;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.compile.RolloutPlanner;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.EpochSpec.Candidate;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * How many ordinary requests of those who have a new epoch are refused, against what it was before,
 * as the rate limit services count them. A limit that the change brings or makes stricter is meant
 * to refuse more, and isn't counted. A service that doesn't tell, or restarted in between, says
 * nothing.
 */
public record RefusalRateCheck(AgentPorts ports, AgentSettings settings) {
  /** With fewer requests a share says nothing. */
  static final long FEWEST = 50;

  /** By how many percent points the share may grow. */
  static final long MOST_GROWTH = 25;

  /** Of all services together, by service. */
  public record Counts(Map<String, Told> services) {
    public Counts {
      services = Map.copyOf(services);
    }
  }

  /** What one service counted since it began. */
  public record Told(String since, long allowed, long refused) {
    private Told minus(Told earlier) {
      return new Told(since, allowed - earlier.allowed, refused - earlier.refused);
    }

    private Told plus(Told other) {
      return new Told("", allowed + other.allowed, refused + other.refused);
    }

    private boolean tells() {
      return allowed + refused >= FEWEST;
    }

    private long percent() {
      return refused * 100 / (allowed + refused);
    }
  }

  /**
   * Whose requests tell something: of the root groups that the change touches, those in its cohort.
   * Tenants that stay as they were would only hide what the others say.
   */
  private record Concern(
      PolicySet before, PolicySet after, CanaryCohort cohort, Set<String> roots) {
    static Concern of(EpochSpec activation) {
      var next = activation.tried().orElse(activation);
      var before = next.previous().orElse(PolicySet.EMPTY);
      var cohort =
          activation
              .candidate()
              .map(Candidate::cohort)
              .orElse(new CanaryCohort(CanaryCohort.WHOLE));
      return new Concern(before, next.set(), cohort, RolloutPlanner.concerned(before, next.set()));
    }

    boolean counts(Map<?, ?> count) {
      String tenant = String.valueOf(count.get("tenant"));
      String limit = String.valueOf(count.get("limit"));
      String root = after.root(tenant);
      return roots.contains(root)
          && cohort.includes(root)
          && milder(limit(before, tenant, limit), limit(after, tenant, limit));
    }
  }

  /** Of whom a change concerns: those in its cohort, else all whose root group it changes. */
  public Counts read(EpochSpec activation) throws InterruptedException {
    var out = new TreeMap<String, Told>();
    var concern = Concern.of(activation);
    var services = ports.executors().named(ExecutorRegistry.SERVICES);
    if (services.isPresent()) {
      var call = new ExecutorCall.Look("usage", Map.of());
      var outcome =
          ports.calls().one(services.get(), call, CallContext.looking(), settings.bounds().call());
      if (outcome instanceof CallOutcome.Done done) {
        for (var report : done.reports()) {
          if (report.answer() == Answer.YES) {
            out.put(report.member(), told(report, concern));
          }
        }
      }
    }
    return new Counts(out);
  }

  /** In words, where clearly more is refused since then than it was until then. */
  public Optional<String> worse(Counts before, Counts now) {
    var until = new Told("", 0, 0);
    var since = new Told("", 0, 0);
    for (var service : now.services().entrySet()) {
      var earlier = before.services().get(service.getKey());
      if (earlier != null && earlier.since().equals(service.getValue().since())) {
        until = until.plus(earlier);
        since = since.plus(service.getValue().minus(earlier));
      }
    }
    boolean worse =
        until.tells() && since.tells() && since.percent() > until.percent() + MOST_GROWTH;
    return worse
        ? Optional.of(
            "%d %% of %d requests were refused, compared with %d %% before"
                .formatted(since.percent(), since.allowed() + since.refused(), until.percent()))
        : Optional.empty();
  }

  private static Told told(MemberReport service, Concern concern) {
    var total = new Told("", 0, 0);
    if (service.facts().get("limits") instanceof List<?> limits) {
      for (Object one : limits) {
        if (one instanceof Map<?, ?> m && concern.counts(m)) {
          total = total.plus(new Told("", number(m, "allowed"), number(m, "refused")));
        }
      }
    }
    String since = String.valueOf(service.facts().get("since"));
    return new Told(since, total.allowed(), total.refused());
  }

  private static Optional<Limit> limit(PolicySet set, String tenant, String name) {
    return set.tenant(tenant)
        .flatMap(t -> t.limits().stream().filter(l -> l.name().equals(name)).findFirst());
  }

  /** Whether a limit refuses no request that it would not have refused before. */
  private static boolean milder(Optional<Limit> before, Optional<Limit> after) {
    if (before.isEmpty() || after.isEmpty()) {
      return false;
    }
    var old = before.get();
    var now = after.get();
    boolean same =
        now.match().equals(old.match())
            && now.key().equals(old.key())
            && now.algorithm() == old.algorithm()
            && now.window().equals(old.window())
            && now.mode() == old.mode();
    return same
        && now.requests() >= old.requests()
        && now.burst() >= old.burst()
        && now.cost() <= old.cost();
  }

  private static long number(Map<?, ?> map, String key) {
    return map.get(key) instanceof Number n ? n.longValue() : 0;
  }
}
