package dev.deployclaw.bench;

import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.wire.DecideHeaders;
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
import redis.clients.jedis.Jedis;

/**
 * How long each hop of a request takes that comes like traffic: through a gateway, from the rate
 * limit service, from a Redis node. Each holds those behind it.
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
    try (var redis = new Jedis(HostAndPort.from(config.redis().nodes().getFirst()))) {
      out.put("redis", paced(_ -> node(redis)));
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

  private static long node(Jedis redis) {
    long begin = System.nanoTime();
    Object _ = redis.fcallReadonly(FunctionLibrary.STATUS, List.of(), List.of());
    return System.nanoTime() - begin;
  }

  private static String host(Gateway gateway) {
    return gateway.identity() instanceof Gateway.Identity.Host(String suffix)
        ? TENANT + "." + suffix
        : TENANT;
  }
}
