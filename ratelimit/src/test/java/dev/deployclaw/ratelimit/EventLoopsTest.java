package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;

/**
 * A service with several event loops, whose callers are on all of them, admits as one loop does.
 */
class EventLoopsTest extends EstateCases {
  private static final int LOOPS = 3;
  private static final long REQUESTS = 1_600;

  private final List<HttpClient> callers =
      IntStream.range(0, 2 * LOOPS).mapToObj(_ -> HttpClient.newHttpClient()).toList();
  private Estate.Peer service;

  @BeforeEach
  void startService() throws Exception {
    service = estate.peer(LOOPS);
  }

  @AfterEach
  void stopService() {
    service.close();
    callers.forEach(HttpClient::close);
  }

  @Test
  void eachLoopGetsCallersAndAsksRedisByItself() {
    activate(Sets.burst("all", REQUESTS));
    var before = connections();

    askAll();

    assertThat(connectionsBeside(before)).hasSize(LOOPS);
  }

  @Test
  void answersAsOneLoopDoes() {
    var few = Sets.burst("few", 4);
    estate.activate(epoch, Sets.of(Sets.tenant("of-one", few), Sets.tenant("of-three", few)));

    var ofOne =
        IntStream.range(0, callers.size())
            .mapToObj(i -> told(Estate.decide(callers.get(i), estate.port(), "of-one")))
            .toList();
    var ofThree =
        IntStream.range(0, callers.size())
            .mapToObj(i -> told(Estate.decide(callers.get(i), service.port(), "of-three")))
            .toList();

    assertThat(ofThree).isEqualTo(ofOne);
    assertThat(ofOne.getFirst()).contains("204", "4", "3");
    assertThat(ofOne.getLast()).contains("403", "4", "0");
    assertThat(told(Estate.decide(callers.getFirst(), service.port(), "nobody")))
        .isEqualTo(told(Estate.decide(callers.getFirst(), estate.port(), "nobody")));
  }

  @Test
  void anExactLimitIsNotExceeded() throws Exception {
    activate(Sets.burst("all", REQUESTS));

    long admitted = LeasedLoad.admittedOf(2 * REQUESTS, admitting());

    var counted = estate.usage(service.port()).limits().getFirst();
    assertThat(admitted).isEqualTo(REQUESTS);
    assertThat(counted).isEqualTo(new ServiceUsage.Count("acme", "all", REQUESTS, REQUESTS));
  }

  /** Each loop has leases of its own, as an instance has. */
  @Test
  void aLeasedLimitIsNotExceeded() throws Exception {
    activate(Sets.leased(LimitAlgorithm.TOKEN_BUCKET, REQUESTS, Duration.ofMillis(50)));

    long admitted = LeasedLoad.admittedOf(2 * REQUESTS, admitting());

    var usage = estate.usage(service.port());
    var leases = usage.leases().orElseThrow();
    long counted = usage.limits().getFirst().allowed();
    assertThat(leases.requests()).isEqualTo(2 * REQUESTS);
    assertThat(counted).isBetween(REQUESTS - leases.lapsed() - leases.inHand() - LOOPS, REQUESTS);
    assertThat(admitted).as("late answers are charged").isBetween(1L, counted);
  }

  @Test
  void aLeasedLimitIsNotExceededWhileItsEpochChanges() throws Exception {
    long most = 2 * REQUESTS;
    var limit = Sets.leased(LimitAlgorithm.SLIDING_WINDOW, most, Duration.ofMillis(50));
    activate(limit);
    epoch++;
    var next = estate.stage(epoch, Sets.of(Sets.tenant("acme", limit)));

    long admitted;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var flood = threads.submit(() -> LeasedLoad.admittedOf(2 * most, admitting()));
      BoundedWait.until("some are admitted", Estate.LONG, () -> allowed() > most / 8);
      estate.commit(next);
      estate.flip(next);
      admitted = flood.get();
    }

    assertThat(admitted).isBetween(most / 8, most);
    assertThat(allowed()).as("late answers are charged").isBetween(admitted, most);
  }

  @Test
  void placesOfAConcurrencyLimitComeBackByAnyLoop() {
    int places = LOOPS + 1;
    activate(Sets.atOnce("at-once", places));

    var first = askAll();
    var held =
        first.stream()
            .flatMap(a -> a.headers().firstValue(DecideHeaders.LEASE).stream())
            .distinct()
            .toList();
    var released =
        IntStream.range(0, held.size())
            .mapToObj(i -> release(callers.get(i + 1), held.get(i)))
            .toList();
    var second = askAll();

    assertThat(held).hasSize(places);
    assertThat(released).containsOnly(204);
    assertThat(Stream.of(first, second))
        .allSatisfy(all -> assertThat(all).filteredOn(a -> a.statusCode() == 204).hasSize(places));
  }

  @Test
  void aBrokenConnectionIsOneLoopsAlone() {
    activate(Sets.burst("all", 1_000_000));
    var before = connections();
    askAll();
    var own = connectionsBeside(before);
    String broken = own.getFirst();

    Estate.onNode(owner(), redis -> redis.sendCommand(Command.CLIENT, "KILL", "ID", broken));
    var answers = new ArrayList<HttpResponse<String>>();
    BoundedWait.until(
        "the loop has a connection again",
        Estate.LONG,
        () -> {
          answers.addAll(askAll());
          return connectionsBeside(before).size() == LOOPS;
        });

    own.remove(broken);
    assertThat(connectionsBeside(before)).containsAll(own).doesNotContain(broken);
    assertThat(answers)
        .as("without Redis the tenant is refused, and told why")
        .allSatisfy(a ->
            assertThat(a.statusCode() == 204)
                .isNotEqualTo(a.headers().firstValue(DecideHeaders.FAILURE).isPresent()));
    BoundedWait.until(
        "the service says so",
        Estate.LONG,
        () -> estate.status(service.port()).redis().equals(ServiceStatus.OK));
  }

  /** Nothing else was asked of the service, and a loop asks Redis by connections of its own. */
  @Test
  void theStatusIsAskedOfEachLoopAndSaysWhatOneSays() {
    activate(Sets.burst("all", 1));
    var before = connections();

    var status = estate.status(service.port());

    assertThat(connectionsBeside(before)).hasSize(LOOPS);
    assertThat(status).isEqualTo(estate.status());
    assertThat(status.decided()).isPresent();
  }

  private long allowed() {
    return estate.usage(service.port()).limits().stream()
        .mapToLong(ServiceUsage.Count::allowed)
        .sum();
  }

  private static void activate(Limit limit) {
    estate.activate(epoch, Sets.of(Sets.tenant("acme", limit)));
  }

  private List<BooleanSupplier> admitting() {
    return callers.stream()
        .map(caller ->
            (BooleanSupplier)
                () -> Estate.decide(caller, service.port(), "acme").statusCode() == 204)
        .toList();
  }

  /** By each caller, whose connection is with one loop. */
  private List<HttpResponse<String>> askAll() {
    return callers.stream().map(caller -> Estate.decide(caller, service.port(), "acme")).toList();
  }

  private int release(HttpClient caller, String lease) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/v1/release"))
            .header(DecideHeaders.LEASE, lease)
            .POST(BodyPublishers.noBody());
    return caller
        .sendAsync(request.build(), BodyHandlers.discarding())
        .orTimeout(Estate.LONG.toSeconds(), TimeUnit.SECONDS)
        .join()
        .statusCode();
  }

  private static List<String> told(HttpResponse<String> answer) {
    var headers = answer.headers();
    return List.of(
        Integer.toString(answer.statusCode()),
        headers.firstValue(DecideHeaders.EPOCH).orElse(""),
        headers.firstValue(DecideHeaders.OLD_LIMIT).orElse(""),
        headers.firstValue(DecideHeaders.OLD_REMAINING).orElse(""),
        headers.firstValue(DecideHeaders.FAILURE).orElse(""));
  }

  /** Ids of the connections to the node that decides for the tenant, the one that asks apart. */
  private static Set<String> connections() {
    var ids = new ArrayList<String>();
    Estate.onNode(
        owner(),
        redis -> {
          String own = Long.toString(redis.clientId());
          redis
              .clientList()
              .lines()
              .map(EventLoopsTest::id)
              .filter(i -> !i.equals(own))
              .forEach(ids::add);
        });
    return ids.stream().collect(Collectors.toUnmodifiableSet());
  }

  private static SortedSet<String> connectionsBeside(Set<String> others) {
    var all = new TreeSet<>(connections());
    all.removeAll(others);
    return all;
  }

  private static String id(String line) {
    return line.substring("id=".length(), line.indexOf(' '));
  }

  private static HostPort owner() {
    return estate.primaryOf(RedisKeyLayout.policyKey("acme", "acme"));
  }
}
