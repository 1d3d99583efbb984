package dev.deployclaw.core.runtime;

import dev.deployclaw.core.runtime.ClientAnswer.Passes;
import dev.deployclaw.core.runtime.ClientAnswer.Row;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decide.Ask;
import dev.deployclaw.policy.decide.Charge;
import dev.deployclaw.policy.decide.Counter;
import dev.deployclaw.policy.decide.Decision.Verdict;
import dev.deployclaw.policy.decide.Reference;
import dev.deployclaw.policy.decide.Rule;
import dev.deployclaw.policy.match.Applied;
import dev.deployclaw.policy.match.Explained;
import dev.deployclaw.policy.match.Hierarchy;
import dev.deployclaw.policy.redis.Claim;
import dev.deployclaw.policy.redis.EpochSet;
import dev.deployclaw.policy.redis.Subject;
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
final class ClientView {
  private static final String REDIS = "redis";

  /** The policy that requests of unknown tenants fall under, where the set has it. */
  private static final String DEFAULT_TENANT = "default";

  private final Ports ports;
  private final Settings settings;
  private final Orchestrator orchestrator;
  private final List<String> gaps = new ArrayList<>();

  ClientView(Ports ports, Settings settings, Orchestrator orchestrator) {
    this.ports = ports;
    this.settings = settings;
    this.orchestrator = orchestrator;
  }

  /** What Redis held of the counters that were asked for, by their keys. */
  private record Read(Map<String, Counter> counters, long now, boolean whole) {}

  ClientAnswer of(ClientQuestion question) throws InterruptedException {
    var now = new Enforced(orchestrator.ledger(), orchestrator.archive()).now("check");
    if (now.activation().isEmpty()) {
      return ClientAnswer.unreachable(now.lost().reason());
    }
    var held = held(now.activation().get(), question.tenant());
    var policy = policy(held.set(), question.tenant());
    unrouted(held.set(), question);
    if (policy.isEmpty()) {
      return stranger(held, question);
    }
    var claim =
        Claim.of(held, Subject.ordinary(policy.get(), question.shape(), question::attribute));
    var read = read(claim, question);
    return answer(held, policy.get(), question, states(claim, question, read));
  }

  /** The epoch by which this tenant is decided: while one is on trial, by the cohort. */
  private static EpochSet held(Activation whole, String tenant) {
    var trial = whole.candidate().filter(c -> c.cohort().includes(whole.set().root(tenant)));
    return trial
        .map(c -> new EpochSet(c.epoch(), c.digest(), c.set()))
        .orElseGet(() -> new EpochSet(whole.epoch(), whole.digest(), whole.set()));
  }

  private static Optional<String> policy(PolicySet set, String tenant) {
    return set.tenant(tenant).isPresent()
        ? Optional.of(tenant)
        : Optional.of(DEFAULT_TENANT).filter(t -> set.tenant(t).isPresent());
  }

  /** A request that no gateway leads to the service is refused before any limit is asked. */
  private void unrouted(PolicySet set, ClientQuestion question) {
    var shape = question.shape();
    boolean routed =
        set.gateways().values().stream()
            .flatMap(g -> g.routeOf(shape.path()).stream())
            .anyMatch(r -> r.service().equals(shape.service()));
    if (!routed && !set.gateways().isEmpty()) {
      gaps.add(
          "no gateway of the set leads " + shape.path() + " to the service " + shape.service());
    }
  }

  private ClientAnswer stranger(EpochSet held, ClientQuestion question) {
    boolean unmanaged = held.set().tenants().isEmpty() && held.set().gateways().isEmpty();
    String why =
        unmanaged
            ? "nothing is managed: the committed set is empty"
            : "no policy for the tenant "
                + question.tenant()
                + ", and none named "
                + DEFAULT_TENANT
                + ": it is refused as a stranger";
    return new ClientAnswer(
        ExitCode.OK,
        "",
        held.epoch(),
        "",
        unmanaged ? Passes.YES : Passes.NO,
        why,
        List.of(),
        gaps);
  }

  private Read read(Claim claim, ClientQuestion question) throws InterruptedException {
    var keys =
        claim.items().stream().filter(i -> known(i, question)).map(Claim.Item::counterKey).toList();
    var counters = new HashMap<String, Counter>();
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

  private void keep(Map<String, Counter> counters, String key, String text) {
    var counter = Counter.parse(text);
    counter.ifPresent(c -> counters.put(key, c));
    if (counter.isEmpty()) {
      gaps.add("the counter " + key + " holds what this version can't read");
    }
  }

  private List<Report> look(List<String> keys) throws InterruptedException {
    var redis = ports.executors().named(REDIS);
    if (redis.isEmpty() || keys.isEmpty()) {
      return List.of();
    }
    var call = new Call.Look("usage", Map.of("keys", keys, "find", false));
    return switch (ports
        .executors()
        .calls()
        .one(redis.get(), call, Mandate.looking(), settings.bounds().call())) {
      case Outcome.Done done -> done.reports();
      case Outcome.Failed(var fault) -> List.of(Report.unknown(REDIS, fault.reason()));
    };
  }

  /** How each limit stands, by owner and limit; nothing of one whose counter isn't known. */
  private Map<Applied, Verdict> states(Claim claim, ClientQuestion question, Read read) {
    Map<Applied, Verdict> out = new LinkedHashMap<>();
    for (var item : claim.items()) {
      if (!known(item, question)) {
        gaps.add(
            item.applied().limit().name()
                + " counts each client address apart: give --client to see its counter");
      } else if (read.counters().containsKey(item.counterKey()) || read.whole()) {
        out.put(item.applied(), state(item, read));
      }
    }
    return out;
  }

  /** As for a blocked tenant: the model says how the counter stands, and charges nothing. */
  private static Verdict state(Claim.Item item, Read read) {
    var charge = new Charge(item.counterKey(), item.rule(), item.units());
    var copy = new HashMap<>(read.counters());
    return Reference.decide(copy, new Ask(true, List.of(charge), 1), read.now())
        .verdicts()
        .getFirst();
  }

  private static boolean known(Claim.Item item, ClientQuestion question) {
    return item.applied().limit().key().stream().allMatch(question::tells);
  }

  private ClientAnswer answer(
      EpochSet held, String policy, ClientQuestion question, Map<Applied, Verdict> states) {
    var rows =
        Explained.of(held.set(), policy, question.shape()).stream()
            .map(e -> row(e, states))
            .toList();
    var passing = Passing.of(Hierarchy.blocked(held.set(), policy), rows);
    return new ClientAnswer(
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
  private static boolean unread(Row row, ClientQuestion question) {
    return row.explained().applies()
        && row.state().isEmpty()
        && row.explained().limit().key().stream().allMatch(question::tells);
  }

  private static Row row(Explained explained, Map<Applied, Verdict> states) {
    var state =
        explained.applies()
            ? Optional.ofNullable(states.get(new Applied(explained.owner(), explained.limit())))
            : Optional.<Verdict>empty();
    return new Row(explained, Rule.of(explained.limit()).capacity(), state);
  }

  /** Whether one more request passes, and what stands against it. */
  private record Passing(Passes passes, String why) {
    static Passing of(boolean blocked, List<Row> rows) {
      if (blocked) {
        return new Passing(Passes.NO, "the tenant, or a group above it, is blocked");
      }
      var enforced =
          rows.stream()
              .filter(r -> r.explained().applies() && Rule.of(r.explained().limit()).enforced())
              .toList();
      var refusing =
          enforced.stream().filter(r -> r.state().filter(s -> s.fits() < 1).isPresent()).toList();
      if (!refusing.isEmpty()) {
        return new Passing(Passes.NO, "nothing is left of " + names(refusing));
      }
      var unknown = enforced.stream().filter(r -> r.state().isEmpty()).toList();
      return unknown.isEmpty()
          ? new Passing(Passes.YES, "")
          : new Passing(Passes.UNKNOWN, "it isn't known what is left of " + names(unknown));
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
