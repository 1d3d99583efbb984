package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.grpc.StatusRuntimeException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Epochs that follow each other while callers ask without a pause, over HTTP and over gRPC. */
@Slow(
    guard = "dev.deployclaw.ratelimit.RateLimitServiceTest#switchesWithRedisAndKeepsTheCounters",
    because = "it keeps a service busy over several changes")
class EpochFlipUnderLoadTest {
  private static final int CALLERS = 5;
  private static final int TENANTS = 24;
  private static final int FLIPS = 5;
  private static final int ENOUGH = 300;
  private static final String LEASED = "leased";
  private static final LimitPrecision AHEAD = LimitPrecision.leased(Duration.ofMillis(50));

  /** What an Envoy is told names no epoch, but the limit: here it does. */
  private static final String NAMED = "of-epoch-";

  /** So high that none is ever refused; each epoch has its own. */
  private static final long BURST = 1_000_000;

  @TempDir Path folder;

  /** What one request was told. */
  private record Told(int status, String epoch, String oldLimit, String failure) {
    static Told of(HttpResponse<String> answer) {
      var headers = answer.headers();
      return new Told(
          answer.statusCode(),
          headers.firstValue(DecideHeaders.EPOCH).orElse(""),
          headers.firstValue(DecideHeaders.OLD_LIMIT).orElse(""),
          headers.firstValue(DecideHeaders.FAILURE).orElse(""));
    }

    static Told of(RateLimitResponse answer) {
      return new Told(
          answer.getOverallCode() == Code.OK ? 204 : 403,
          answer.getStatuses(0).getCurrentLimit().getName().replaceFirst(NAMED, ""),
          EnvoyClient.headers(answer).getOrDefault(DecideHeaders.OLD_LIMIT, ""),
          "");
    }

    /** The same for a caller who was told something else of the tenant: no epoch comes back. */
    Told after(Told earlier) {
      return epoch.compareTo(earlier.epoch) < 0
          ? new Told(status, epoch, oldLimit, "after epoch " + earlier.epoch)
          : this;
    }

    /** The same of a request that began when every loop decided by at least this epoch. */
    Told since(String least) {
      return failure.isEmpty() && epoch.compareTo(least) < 0
          ? new Told(status, epoch, oldLimit, "though all had converged to " + least)
          : this;
    }
  }

  /**
   * Callers of some tenants by one way to ask.
   *
   * @param way of one caller, who has a connection, and so an event loop, to itself
   * @param converged the epoch by which every loop decides, as the service says; what is leased may
   *     be decided by the one before for a while
   */
  private record Crowd(
      List<String> tenants,
      Supplier<Function<String, Told>> way,
      AtomicLong converged,
      Queue<Told> told) {
    Crowd(List<String> tenants, Supplier<Function<String, Told>> way, AtomicLong converged) {
      this(tenants, way, converged, new ConcurrentLinkedQueue<>());
    }

    /** One caller, who goes through the tenants. */
    void askUntil(AtomicBoolean over) {
      Map<String, Told> latest = new HashMap<>();
      var asked = way.get();
      for (int i = 0; !over.get(); i++) {
        String tenant = tenants.get(i % tenants.size());
        String least = Long.toString(converged.get());
        var one = asked.apply(tenant).since(least);
        var earlier = latest.put(tenant, one);
        told.add(earlier == null ? one : one.after(earlier));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everyRequestIsDecidedByOneWholeEpoch(int loops) throws Exception {
    Queue<AutoCloseable> clients = new ConcurrentLinkedQueue<>();
    try (var estate = Estate.ofLoops(folder, loops);
        AutoCloseable _ = () -> closeAll(clients)) {
      estate.activate(1, set(1));
      Supplier<Function<String, Told>> http = () -> overHttp(estate, clients);
      Supplier<Function<String, Told>> grpc = () -> overGrpc(estate, clients);
      var converged = new AtomicLong(1);
      var never = new AtomicLong();
      var crowds =
          List.of(
              new Crowd(names("t"), http, converged),
              new Crowd(List.of(LEASED), http, never),
              new Crowd(names("g"), grpc, converged),
              new Crowd(List.of("g-" + LEASED), grpc, never));

      flipUnder(crowds, estate, converged);

      assertThat(crowds)
          .extracting(crowd -> Set.copyOf(crowd.told()))
          .allSatisfy(told ->
              assertThat(told)
                  .isSubsetOf(whole())
                  .extracting(Told::epoch)
                  .contains("1", Long.toString(1 + FLIPS)));
      assertThat(estate.leases().fromMemory()).isPositive();
    }
  }

  private static void closeAll(Queue<AutoCloseable> clients) throws Exception {
    for (var client : clients) {
      client.close();
    }
  }

  private static void flipUnder(List<Crowd> crowds, Estate estate, AtomicLong converged) {
    var over = new AtomicBoolean();
    var callers = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS * crowds.size(); i++) {
        var crowd = crowds.get(i % crowds.size());
        callers.add(threads.submit(() -> crowd.askUntil(over)));
      }
      try {
        for (long epoch = 2; epoch <= 1 + FLIPS; epoch++) {
          awaitMore(crowds);
          var held = estate.activate(epoch, set(epoch));
          BoundedWait.until("all loops decide by it", Estate.LONG, () -> decides(estate, held));
          converged.set(epoch);
        }
        awaitMore(crowds);
      } finally {
        over.set(true);
      }
    }
    callers.forEach(Future::resultNow);
  }

  private static boolean decides(Estate estate, EpochPolicySet held) {
    return estate.status().decided().filter(d -> d.epoch() == held.epoch()).isPresent();
  }

  private static void awaitMore(List<Crowd> crowds) {
    var enough = crowds.stream().map(crowd -> crowd.told().size() + ENOUGH).toList();
    BoundedWait.until(
        ENOUGH + " answers came of each kind",
        Estate.LONG,
        () ->
            IntStream.range(0, crowds.size())
                .allMatch(i -> crowds.get(i).told().size() >= enough.get(i)));
  }

  /** What may be told: the limit of the same epoch that is named, and no failure. */
  private static List<Told> whole() {
    var out = new ArrayList<Told>();
    for (long epoch = 1; epoch <= 1 + FLIPS; epoch++) {
      out.add(new Told(204, Long.toString(epoch), Long.toString(BURST + epoch), ""));
    }
    return out;
  }

  private static PolicySet set(long epoch) {
    var tenants = new ArrayList<TenantPolicy>();
    var exact = Sets.burst("all", BURST + epoch);
    var named = Sets.burst(NAMED + epoch, BURST + epoch);
    names("t").forEach(name -> tenants.add(Sets.tenant(name, exact)));
    names("g").forEach(name -> tenants.add(Sets.tenant(name, named)));
    tenants.add(Sets.tenant(LEASED, exact.in(AHEAD)));
    tenants.add(Sets.tenant("g-" + LEASED, named.in(AHEAD)));
    return Sets.of(tenants.toArray(TenantPolicy[]::new));
  }

  private static List<String> names(String prefix) {
    return IntStream.range(0, TENANTS).mapToObj(i -> prefix + i).toList();
  }

  private static Function<String, Told> overHttp(Estate estate, Queue<AutoCloseable> clients) {
    var http = HttpClient.newHttpClient();
    clients.add(http);
    return tenant -> Told.of(Estate.decide(http, estate.port(), tenant));
  }

  private static Function<String, Told> overGrpc(Estate estate, Queue<AutoCloseable> clients) {
    var envoy = new EnvoyClient(estate.grpcPort());
    clients.add(envoy);
    return tenant -> overGrpc(envoy, tenant);
  }

  private static Told overGrpc(EnvoyClient envoy, String tenant) {
    try {
      return Told.of(envoy.ask(EnvoyClient.request(EnvoyClient.descriptor(tenant))));
    } catch (StatusRuntimeException e) {
      return new Told(0, "", "", e.getStatus().toString());
    }
  }
}
