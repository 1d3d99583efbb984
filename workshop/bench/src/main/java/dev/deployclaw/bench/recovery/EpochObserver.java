package dev.deployclaw.bench.recovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.executors.etcd.EtcdSettings;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.member.OneShotHttpClient;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.policy.wire.ServiceStatus;
import dev.deployclaw.testkit.redis.RedisCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Who of a lab acts on which epoch, asked without the agent. */
final class EpochObserver {
  private static final Duration PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AgentConfig config;
  private final RedisCluster redis;

  EpochObserver(LabEstate lab, AgentConfig config) {
    this.config = config;
    this.redis = RedisCluster.adopt(lab.folder().resolve("redis"));
  }

  /** The epoch that {@code active} names. */
  long committed() throws InterruptedException {
    var settings = EtcdSettings.of(config.etcd().endpoints().getFirst(), config.etcd().prefix());
    try (var state = new EtcdStateStore(settings)) {
      JsonNode active = JSON.readTree(state.get("active").orElseThrow().value());
      return active.path("epoch").asLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitAllOn(long epoch) throws InterruptedException {
    await(() -> allOn(epoch));
  }

  void await(BooleanSupplier condition) throws InterruptedException {
    if (!RetryPolicy.within(LONGEST, PAUSE).until(met -> met, condition::getAsBoolean)) {
      throw new IllegalStateException("it did not happen within " + LONGEST);
    }
  }

  /** Whether every node, gateway and service acts on it; who doesn't answer doesn't. */
  boolean allOn(long epoch) {
    try {
      return redisOn(epoch) && gatewaysOn(epoch) && servicesOn(epoch);
    } catch (IOException e) {
      return false;
    }
  }

  private boolean redisOn(long epoch) {
    return redis.nodes().stream()
        .map(redis::node)
        .allMatch(n -> n.call("FCALL_RO", FunctionLibrary.STATUS, "0").startsWith(epoch + "\n"));
  }

  private boolean gatewaysOn(long epoch) throws IOException {
    for (var gateway : config.gateways()) {
      if (!Files.readSymbolicLink(gateway.folder().resolve("live")).endsWith("" + epoch)) {
        return false;
      }
    }
    return true;
  }

  private boolean servicesOn(long epoch) throws IOException {
    for (var service : config.services()) {
      var answer = new OneShotHttpClient(URI.create(service.url()), ANSWER).get("/v1/status");
      var decided = ServiceStatus.parse(answer.body()).flatMap(ServiceStatus::decided);
      if (decided.filter(d -> d.epoch() == epoch).isEmpty()) {
        return false;
      }
    }
    return true;
  }
}
