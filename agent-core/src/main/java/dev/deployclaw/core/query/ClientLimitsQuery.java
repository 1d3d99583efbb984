package dev.deployclaw.core.query;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.EnforcedState;
import dev.deployclaw.core.query.ClientLimitsReport.Passes;
import dev.deployclaw.core.query.ClientLimitsReport.Row;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.AdmissionDecision.Verdict;
import dev.deployclaw.policy.decision.AdmissionRequest;
import dev.deployclaw.policy.decision.CounterCharge;
import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.LimitRule;
import dev.deployclaw.policy.decision.ReferenceModel;
import dev.deployclaw.policy.match.AppliedLimit;
import dev.deployclaw.policy.match.LimitExplanation;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers what a client would meet. Counters are read from Redis by name, and judged by the
 * reference model as a request that is refused anyway: it tells what is left and charges nothing.
 * Writes nothing. For one question.
 */
public final class ClientLimitsQuery {
  private static final String REDIS = "redis";
  private static final String NO_GATEWAY = "no gateway of the set leads ";

  /** The policy that requests of unknown tenants fall under, where the set has it. */
  private static final String DEFAULT_TENANT = "default";

  private final AgentPorts ports;
  private final AgentSettings settings;
  private final ChangeStore store;
  private final List<String> gaps = new ArrayList<>();

  public ClientLimitsQuery(AgentPorts ports, AgentSettings settings, ChangeStore store) {
    this.ports = ports;
    this.settings = settings;
    this.store = store;
  }

  /** What Redis held of the counters that were asked for, by their keys. */
  private record Read(Map<String, LimitCounter> counters, long now, boolean whole) {}

  public ClientLimitsReport of(ClientRequest question) throws InterruptedException {
    var now = new EnforcedState(store).now("check");
    if (now.activation().isEmpty()) {
      return ClientLimitsReport.unreachable(now.lost().reason());
    }
    var held = held(now.activation().get(), question.tenant());
    var policy = policy(held.set(), question.tenant());
    unrouted(held.set(), question);
    if (policy.isEmpty()) {
      return stranger(held, question);
    }
    var claim =
        RequestCharges.of(
            held, RateLimitedRequest.ordinary(policy.get(), question.shape(), question::attribute));
    var read = read(claim, question);
    return answer(held, policy.get(), question, states(claim, question, read));
  }

  /** The epoch by which this tenant is decided: while one is on trial, by the cohort. */
  private static EpochPolicySet held(EpochSpec whole, String tenant) {
    var trial = whole.candidate().filter(c -> c.cohort().includes(whole.set().root(tenant)));
    return trial
        .map(c -> new EpochPolicySet(c.epoch(), c.digest(), c.set()))
        .orElseGet(() -> new EpochPolicySet(whole.epoch(), whole.digest(), whole.set()));
  }

  private static Optional<String> policy(PolicySet set, String tenant) {
    return set.tenant(tenant).isPresent()
        ? Optional.of(tenant)
        : Optional.of(DEFAULT_TENANT).filter(t -> set.tenant(t).isPresent());
  }

  /** A request that no gateway leads to the service is refused before any limit is asked. */
  private void unrouted(PolicySet set, ClientRequest question) {
    var shape = question.shape();
    boolean routed =
        set.gateways().values().stream()
            .flatMap(g -> g.routeOf(shape.path()).stream())
            .anyMatch(r -> r.service().equals(shape.service()));
    if (!routed && !set.gateways().isEmpty()) {
      gaps.add(NO_GATEWAY + shape.path() + " to the service " + shape.service());
    }
  }

  private ClientLimitsReport stranger(EpochPolicySet held, ClientRequest question) {
    boolean unmanaged = held.set().tenants().isEmpty() && held.set().gateways().isEmpty();
    String why =
        unmanaged
            ? "nothing is managed: the committed set is empty"
            : "no policy for the tenant "
                + question.tenant()
                + ", and none named "
                + DEFAULT_TENANT
                + ": it is refused as unknown";
    return new ClientLimitsReport(
        ExitCode.OK,
        "",
        held.epoch(),
        "",
        unmanaged ? Passes.YES : Passes.NO,
        why,
        List.of(),
        gaps);
  }

  private Read read(RequestCharges claim, ClientRequest question) throws InterruptedException {
    var keys =
        claim.items().stream()
            .filter(i -> known(i, question))
            .map(RequestCharges.Item::counterKey)
            .toList();
    var counters = new HashMap<String, LimitCounter>();
    long now = 0;
    boolean whole = true;
    for (var node : look(keys)) {
      if (node.answer() != Answer.YES) {
        whole = false;
        gaps.add(node.member() + ": " + node.reason());
        continue;
      }
      now = Math.max(now, node.facts().get("now_us") instanceof Number n ? n.longValue() : 0);
      if (node.facts().get("counters") instanceof Map<?, ?> found) {
        found.forEach((key, text) -> keep(counters, String.valueOf(key), String.valueOf(text)));
      }
    }
    return new Read(counters, now, whole && now > 0);
  }

  private void keep(Map<String, LimitCounter> counters, String key, String text) {
    var counter = LimitCounter.parse(text);
    counter.ifPresent(c -> counters.put(key, c));
    if (counter.isEmpty()) {
      gaps.add("the counter " + key + " has a value that this version can't read");
    }
  }

  private List<MemberReport> look(List<String> keys) throws InterruptedException {
    var redis = ports.executors().named(REDIS);
    if (redis.isEmpty() || keys.isEmpty()) {
      return List.of();
    }
    var call = new ExecutorCall.Look("usage", Map.of("keys", keys, "find", false));
    return switch (ports
        .calls()
        .one(redis.get(), call, CallContext.looking(), settings.bounds().call())) {
      case CallOutcome.Done done -> done.reports();
      case CallOutcome.Failed(var fault) -> List.of(MemberReport.unknown(REDIS, fault.reason()));
    };
  }

  /** How each limit stands, by owner and limit; nothing of one whose counter isn't known. */
  private Map<AppliedLimit, Verdict> states(
      RequestCharges claim, ClientRequest question, Read read) {
    Map<AppliedLimit, Verdict> out = new LinkedHashMap<>();
    for (var item : claim.items()) {
      if (!known(item, question)) {
        gaps.add(
            item.applied().limit().name()
                + " counts each client address separately: give --client to see its counter");
      } else if (read.counters().containsKey(item.counterKey()) || read.whole()) {
        out.put(item.applied(), state(item, read));
      }
    }
    return out;
  }

  /** As for a blocked tenant: the model says how the counter stands, and charges nothing. */
  private static Verdict state(RequestCharges.Item item, Read read) {
    var charge = new CounterCharge(item.counterKey(), item.rule(), item.units());
    var copy = new HashMap<>(read.counters());
    return ReferenceModel.decide(copy, new AdmissionRequest(true, List.of(charge), 1), read.now())
        .verdicts()
        .getFirst();
  }

  private static boolean known(RequestCharges.Item item, ClientRequest question) {
    return item.applied().limit().key().stream().allMatch(question::tells);
  }

  private ClientLimitsReport answer(
      EpochPolicySet held,
      String policy,
      ClientRequest question,
      Map<AppliedLimit, Verdict> states) {
    var rows =
        LimitExplanation.of(held.set(), policy, question.shape()).stream()
            .map(e -> row(e, states))
            .toList();
    var passing = Passing.of(TenantHierarchy.blocked(held.set(), policy), rows);
    var unrouted = gaps.stream().filter(g -> g.startsWith(NO_GATEWAY)).findFirst();
    if (passing.passes() == Passes.YES && unrouted.isPresent()) {
      passing = new Passing(Passes.UNKNOWN, unrouted.get());
    }
    return new ClientLimitsReport(
        rows.stream().anyMatch(r -> unread(r, question)) ? ExitCode.UNREACHABLE : ExitCode.OK,
        "",
        held.epoch(),
        policy,
        passing.passes(),
        passing.why(),
        rows,
        gaps);
  }

  /** Whether Redis was asked about a limit and its answer is missing. */
  private static boolean unread(Row row, ClientRequest question) {
    return row.explained().applies()
        && row.state().isEmpty()
        && row.explained().limit().key().stream().allMatch(question::tells);
  }

  private static Row row(LimitExplanation explained, Map<AppliedLimit, Verdict> states) {
    var state =
        explained.applies()
            ? Optional.ofNullable(
                states.get(new AppliedLimit(explained.owner(), explained.limit())))
            : Optional.<Verdict>empty();
    return new Row(explained, LimitRule.of(explained.limit()).capacity(), state);
  }

  /** Whether one more request passes, and what prevents it. */
  private record Passing(Passes passes, String why) {
    static Passing of(boolean blocked, List<Row> rows) {
      if (blocked) {
        return new Passing(Passes.NO, "the tenant, or a group above it, is blocked");
      }
      var enforced =
          rows.stream()
              .filter(
                  r -> r.explained().applies() && LimitRule.of(r.explained().limit()).enforced())
              .toList();
      var refusing =
          enforced.stream().filter(r -> r.state().filter(s -> s.fits() < 1).isPresent()).toList();
      if (!refusing.isEmpty()) {
        return new Passing(Passes.NO, "nothing is left of " + names(refusing));
      }
      var unknown = enforced.stream().filter(r -> r.state().isEmpty()).toList();
      return unknown.isEmpty()
          ? new Passing(Passes.YES, "")
          : new Passing(Passes.UNKNOWN, "the remainder is unknown for " + names(unknown));
    }

    private static String names(List<Row> rows) {
      return String.join(
          ", ",
          rows.stream()
              .map(r -> r.explained().owner() + "/" + r.explained().limit().name())
              .toList());
    }
  }
}
