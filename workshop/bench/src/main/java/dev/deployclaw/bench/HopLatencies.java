package dev.deployclaw.bench;

import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.ratelimit.decision.EpochCharges;
import dev.deployclaw.ratelimit.decision.HeaderCardinality;
import dev.deployclaw.ratelimit.decision.MatchedRequest;
import dev.deployclaw.ratelimit.feed.EtcdSourceSettings;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.identity.AuthenticatedCaller;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

/**
 * How long each hop of a request takes that comes like traffic: through a gateway, from the rate
 * limit service, from the Redis node that decides, by the call that the service makes. Each holds
 * those behind it.
 *
 * @param byHop the outermost first
 */
record HopLatencies(Map<String, TimingSamples> byHop) {
  private static final int REQUESTS = 200;
  private static final Duration BETWEEN = Duration.ofMillis(4);
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final String TENANT = "umbrella";
  private static final int MICRO = 1_000;

  /** One request, by its number; how long it took in nanoseconds. */
  private interface Hop {
    long ask(int number) throws IOException;
  }

  static HopLatencies measure(AgentConfig config) throws IOException, InterruptedException {
    var out = new LinkedHashMap<String, TimingSamples>();
    out.put("gateway", paced(number -> gateway(config, number)));
    out.put("service", paced(number -> service(config, number)));
    var call = call(config);
    try (var redis =
        RedisClusterClient.create(HostAndPort.from(config.redis().nodes().getFirst()))) {
      out.put("redis", paced(_ -> node(redis, call)));
    }
    return new HopLatencies(out);
  }

  static FigureTable<?> table(HopLatencies cold, HopLatencies warm) {
    return new FigureTable<>("hops", "Requests, in ms", List.copyOf(cold.byHop.keySet()))
        .text("", "hop", hop -> hop)
        .millis("cold p50", "cold_p50_us", hop -> cold.of(hop).rank(50))
        .millis("p99", "cold_p99_us", hop -> cold.of(hop).rank(99))
        .millis("warm p50", "warm_p50_us", hop -> warm.of(hop).rank(50))
        .millis("p99", "warm_p99_us", hop -> warm.of(hop).rank(99));
  }

  private TimingSamples of(String hop) {
    return Objects.requireNonNull(byHop.get(hop));
  }

  private static TimingSamples paced(Hop hop) throws IOException, InterruptedException {
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      Thread.sleep(BETWEEN);
      nanos.add(hop.ask(i));
    }
    return new TimingSamples(nanos);
  }

  private static long gateway(AgentConfig config, int number) throws IOException {
    var entry = config.gateways().get(number % config.gateways().size());
    return asked(entry.url(), "/search", Map.of("Host", host(entry.gateway())));
  }

  private static long service(AgentConfig config, int number) throws IOException {
    var gateway = config.gateways().get(number % config.gateways().size()).gateway();
    var question =
        Map.of(
            DecideHeaders.GATEWAY, gateway.name(),
            DecideHeaders.HOST, host(gateway),
            DecideHeaders.METHOD, "GET",
            DecideHeaders.URI, "/search",
            DecideHeaders.CLIENT, "127.0.0.1");
    return asked(config.services().getFirst().url(), "/v1/decide", question);
  }

  /** The tenant may be over its limits: that is decided as fast as anything. */
  private static long asked(String url, String path, Map<String, String> headers)
      throws IOException {
    var answer =
        new OneShotHttpClient(URI.create(url), LONGEST, Optional.empty())
            .send("GET", path, headers);
    if (answer.status() >= 500) {
      throw new IllegalStateException(url + " answered " + answer.status());
    }
    return answer.micros() * MICRO;
  }

  private static long node(RedisClusterClient redis, DecideCall.Encoded call) {
    long begin = System.nanoTime();
    var answer = redis.fcall(FunctionLibrary.DECIDE, call.keys(), call.arguments());
    long took = System.nanoTime() - begin;
    var numbers = ((List<?>) answer).stream().map(Long.class::cast).toList();
    if (DecideReply.parse(numbers, 1) instanceof Decided) {
      return took;
    }
    throw new IllegalStateException("Redis answered " + numbers);
  }

  /** What the service asks for such a request, by the sets that it reads from etcd. */
  private static DecideCall.Encoded call(AgentConfig config) {
    var etcd = config.etcd();
    var source = EtcdSourceSettings.plain(etcd.endpoints().getFirst(), etcd.prefix());
    try (var feed = PolicyFeed.start(source)) {
      BoundedWait.until("what is committed is read", LONGEST, feed::ready);
      var gateway = config.gateways().getFirst().gateway();
      var question =
          new DecisionRequest(
              gateway.name(), host(gateway), "GET", "/search", "127.0.0.1", "", 1, _ -> "");
      var values = new HeaderCardinality(1, System::nanoTime);
      var view = feed.view();
      var charges = EpochCharges.of(view, question, AuthenticatedCaller.ANYBODY, values);
      return new MatchedRequest(charges, view.active()).first().orElseThrow().call().encoded();
    }
  }

  private static String host(Gateway gateway) {
    return gateway.identity() instanceof Gateway.Identity.Host(String suffix)
        ? TENANT + "." + suffix
        : TENANT;
  }
}
