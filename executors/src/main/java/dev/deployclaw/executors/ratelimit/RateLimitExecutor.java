package dev.deployclaw.executors.ratelimit;

import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.tls.TlsFailure;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.executors.ratelimit.RateLimitSettings.Service;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceStatus.Asked;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import dev.deployclaw.policy.wire.ServiceUsage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * The rate limit services as a participant. They fetch policy sets by themselves, so nothing is
 * staged, published or discarded here: a service votes once it holds the epoch, and has converged
 * once it holds it and every primary decides by it. Without a service it is left out, and says so.
 *
 * <p>One that asks another Redis than the configured one is a NO to every look, so that no change
 * begins with it, and no vote: a way back goes on without it.
 *
 * @param redis that every service has to ask: its nodes' addresses by id, replicas too, as they are
 *     now; empty where none can be asked. Any thread
 */
public record RateLimitExecutor(
    RateLimitSettings settings, InterruptibleSupplier<Map<String, String>> redis)
    implements BackendExecutor {
  private static final String USAGE = "/v1/usage";
  private static final Set<String> LOOKS = Set.of("topology", "scan", "usage");

  @Override
  public String name() {
    return "ratelimit";
  }

  @Override
  public Set<String> verbs() {
    return BackendExecutor.participantWith(LOOKS);
  }

  @Override
  public CallOutcome execute(Invocation invocation) throws InterruptedException {
    if (settings.services().isEmpty()) {
      return CallOutcome.done(
          List.of(MemberReport.skipped(name(), "no rate limit service is configured")));
    }
    return switch (invocation.call()) {
      case ExecutorCall.Look(String verb, _) when verb.equals("usage") ->
          all(invocation, this::usage);
      case ExecutorCall.Look(String verb, _) when LOOKS.contains(verb) -> all(invocation, seeing());
      case ExecutorCall.Look _, ExecutorCall.SpecialCall _ ->
          CallOutcome.unknownVerb("rate limit services have", invocation);
      case ExecutorCall.Observe _ -> all(invocation, seeing());
      case ExecutorCall.Stage _, ExecutorCall.Publish _, ExecutorCall.Discard _ ->
          all(invocation, RateLimitExecutor::pulls);
      case ExecutorCall.Prepare(EpochSpec a) -> all(invocation, voting(a, invocation.deadline()));
      case ExecutorCall.Converge(EpochSpec a) -> all(invocation, deciding(a));
    };
  }

  private CallOutcome all(Invocation call, BoundedFanout.Question<Service> question)
      throws InterruptedException {
    var fanout = BoundedFanout.by(call.deadline(), call.operation(), settings.atOnce());
    return CallOutcome.done(fanout.ask(settings.services(), question));
  }

  private static MemberReport pulls(Service service) {
    return MemberReport.skipped(service.member(), "fetches policy sets by itself");
  }

  /** What it decided since it began. */
  private MemberReport usage(Service service) throws IOException {
    var answer = answer(service, USAGE);
    Optional<ServiceUsage> usage =
        answer.status() == 200 ? ServiceUsage.parse(answer.body()) : Optional.empty();
    return usage
        .map(u -> MemberReport.yes(service.member(), "", u.facts()))
        .orElse(
            MemberReport.unknown(
                service.member(), "doesn't report its decisions: is it an older version?"));
  }

  private BoundedFanout.Question<Service> seeing() throws InterruptedException {
    var allegiance = new RedisIdentityCheck(redis.get());
    return service -> {
      var status = status(service);
      var broken = allegiance.broken(status);
      if (broken.isPresent()) {
        return no(service, broken.get(), status);
      }
      String digest = status.decided().map(Held::digest).orElse("");
      return MemberReport.yes(service.member(), digest, facts(service, status));
    };
  }

  /**
   * Asks again until it holds the epoch, or for four fifths of the time there is. One that doesn't
   * answer is given no more than one exchange takes: a way back must not wait for it.
   */
  private BoundedFanout.Question<Service> voting(EpochSpec activation, Duration deadline)
      throws InterruptedException {
    long end = System.nanoTime() + deadline.multipliedBy(4).dividedBy(5).toNanos();
    var allegiance = new RedisIdentityCheck(redis.get());
    return service -> {
      long silent = System.nanoTime() + settings.answer().toNanos();
      var left = Duration.ofNanos(end - System.nanoTime());
      return RetryPolicy.within(left, settings.pause())
          .until(vote -> !mayChange(vote, silent), () -> vote(service, activation, allegiance));
    };
  }

  private static boolean mayChange(MemberReport vote, long silentUntil) {
    return switch (vote.answer()) {
      case YES, SKIPPED -> false;
      case NO -> true;
      case UNKNOWN -> System.nanoTime() - silentUntil < 0;
    };
  }

  private MemberReport vote(Service service, EpochSpec activation, RedisIdentityCheck allegiance) {
    try {
      var status = status(service);
      var broken = allegiance.broken(status);
      if (broken.isPresent()) {
        return MemberReport.unknown(service.member(), broken.get());
      }
      if (!status.holds(activation.epoch(), activation.digest())) {
        return no(service, lacks(activation, status), status);
      }
      return status.redis().equals(ServiceStatus.OK)
          ? MemberReport.yes(service.member(), activation.digest(), facts(service, status))
          : no(service, "can't ask Redis: " + status.redis(), status);
    } catch (IOException e) {
      return MemberReport.unknown(service.member(), BoundedFanout.describe(e));
    }
  }

  private BoundedFanout.Question<Service> deciding(EpochSpec activation)
      throws InterruptedException {
    var allegiance = new RedisIdentityCheck(redis.get());
    return service -> {
      var status = status(service);
      var broken = allegiance.broken(status);
      return broken.isPresent()
          ? no(service, broken.get(), status)
          : decided(service, activation, status);
    };
  }

  private static MemberReport decided(Service service, EpochSpec activation, ServiceStatus status) {
    var lacking =
        Stream.concat(Stream.of(activation), activation.tried().stream())
            .filter(a -> !status.holds(a.epoch(), a.digest()))
            .findFirst();
    if (lacking.isPresent()) {
      return no(service, lacks(lacking.get(), status), status);
    }
    var wanted = new Held(activation.epoch(), activation.digest());
    var beside = activation.candidate().map(c -> new Trial(c.epoch(), c.digest(), c.cohort()));
    boolean decides =
        status.decided().filter(wanted::equals).isPresent() && status.trial().equals(beside);
    return decides
        ? MemberReport.yes(service.member(), activation.digest(), facts(service, status))
        : no(service, said(status), status);
  }

  private static String said(ServiceStatus status) {
    return status
        .decided()
        .map(d ->
            "decides by epoch "
                + d.epoch()
                + status.trial().map(RateLimitExecutor::words).orElse(""))
        .orElseGet(() -> "primaries differ: " + String.join(", ", status.differing()));
  }

  private static String words(Trial trial) {
    return ", and by candidate %d for positions below %d"
        .formatted(trial.epoch(), trial.cohort().share());
  }

  private static String lacks(EpochSpec activation, ServiceStatus status) {
    String lacks = "does not hold epoch " + activation.epoch();
    return status.etcd().equals(ServiceStatus.OK)
        ? lacks
        : lacks + ": it can't read etcd: " + status.etcd();
  }

  private static MemberReport no(Service service, String reason, ServiceStatus status) {
    return MemberReport.no(service.member(), reason, facts(service, status));
  }

  private ServiceStatus status(Service service) throws IOException {
    var answer = answer(service, "/v1/status");
    Optional<ServiceStatus> status =
        answer.status() == 200 ? ServiceStatus.parse(answer.body()) : Optional.empty();
    return status.orElseThrow(
        () -> new IOException("there is no status in an answer of " + answer.status()));
  }

  /**
   * @throws IOException also where it wants more shown, or can't be believed
   */
  private OneShotHttpClient.Answer answer(Service service, String path) throws IOException {
    boolean encrypted = "https".equals(service.url().getScheme());
    var access = service.access();
    var tls = encrypted ? Optional.of(access.tls().context()) : Optional.<SSLContext>empty();
    try {
      var http = new OneShotHttpClient(service.url(), settings.answer(), tls);
      var answer = http.send("GET", path, access.headers());
      return switch (answer.status()) {
        case 401 ->
            throw new IOException(
                "requires the token of its --status-token-file: set "
                    + "rateLimitServices[].tokenFile to that file");
        case 403 ->
            throw new IOException(
                "requires a client certificate: set rateLimitServices[].tls.certificate and key");
        default -> answer;
      };
    } catch (SSLException e) {
      throw new IOException(TlsFailure.of(e).map(TlsFailure::reason).orElse(e.getMessage()), e);
    }
  }

  private static Map<String, Object> facts(Service service, ServiceStatus status) {
    var facts = new TreeMap<String, Object>();
    facts.put("member", service.member());
    facts.put("namespace", service.namespace());
    facts.put("epochs", status.epochs().stream().map(RateLimitExecutor::held).toList());
    facts.put("redis", status.redis());
    facts.put("etcd", status.etcd());
    facts.put("asks", status.asks().stream().map(RateLimitExecutor::asked).toList());
    facts.put("differing", List.copyOf(status.differing()));
    status.decided().ifPresent(d -> facts.put("decided", held(d)));
    status.redisTimeout().ifPresent(t -> facts.put("redis_timeout_ms", t));
    return facts;
  }

  private static Map<String, Object> asked(Asked asked) {
    return Map.of("node", asked.node(), "id", asked.id());
  }

  private static Map<String, Object> held(Held held) {
    return Map.of("epoch", held.epoch(), "digest", held.digest());
  }

  /**
   * Whether a rate limit service asks the configured Redis. Nodes are compared by id: the same node
   * may be reached at several addresses, and another one may stand at a known address.
   *
   * @param nodes addresses by id; empty where the configured Redis can't be asked
   */
  private record RedisIdentityCheck(Map<String, String> nodes) {

    /** What is wrong and what to do; empty where nothing is, or where it can't be told. */
    Optional<String> broken(ServiceStatus status) {
      var strangers =
          status.asks().stream()
              .filter(asked -> !asked.id().isEmpty() && !nodes.containsKey(asked.id()))
              .toList();
      return nodes.isEmpty() || strangers.isEmpty()
          ? Optional.empty()
          : Optional.of(
              "asks another Redis, %s, than the configured one: limits through its gateways are"
                      .formatted(
                          strangers.stream().map(Asked::node).collect(Collectors.joining(", ")))
                  + " wrong; start it with --redis="
                  + String.join(",", new TreeSet<>(nodes.values())));
    }
  }
}
