package dev.deployclaw.container.health;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.StoreKeys;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The back ends that every change needs: state store, object store, stream, Redis. */
public final class BackendHealthChecks {
  /** No object has this name; that it is absent is an answer. */
  private static final String NO_OBJECT = "readiness";

  private static final Duration LONGEST = Duration.ofSeconds(4);

  private BackendHealthChecks() {}

  public static List<BackendHealthCheck> of(AgentConfig config, AgentPorts ports) {
    return List.of(
        new BackendHealthCheck("etcd", () -> state(ports.state())),
        new BackendHealthCheck("s3", () -> objects(ports.objects())),
        new BackendHealthCheck("nats", () -> NatsGreetingCheck.trouble(config.nats())),
        new BackendHealthCheck("redis", () -> redis(ports.executors())));
  }

  private static Optional<String> state(StateStore state) throws InterruptedException {
    try {
      var _ = state.get(StoreKeys.ACTIVE);
      return Optional.empty();
    } catch (StateStore.Unreachable e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<String> objects(ObjectStore objects) throws InterruptedException {
    return switch (objects.read(NO_OBJECT)) {
      case ObjectStore.Get.Found _, ObjectStore.Get.Absent _ -> Optional.empty();
      case ObjectStore.Get.Failed(var fault) -> Optional.of(fault.reason());
    };
  }

  /** All nodes are there and every slot has an owner, says the cluster itself. */
  private static Optional<String> redis(ExecutorRegistry executors) throws InterruptedException {
    return switch (executors.look("redis.topology", LONGEST)) {
      case CallOutcome.Failed(var fault) -> Optional.of(fault.reason());
      case CallOutcome.Done(var reports, var _) ->
          reports.stream()
              .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
              .map(r -> r.member() + ": " + r.reason())
              .findFirst();
    };
  }

  /**
   * Whether a NATS server answers: it greets every connection with a line that begins with {@code
   * INFO} (NATS client protocol), before TLS and without a credential.
   */
  private static final class NatsGreetingCheck {
    private static final String GREETING = "INFO ";
    private static final int PORT = 4222;

    /** Why it doesn't; empty where it does. Blocks for twice the configured timeout at most. */
    static Optional<String> trouble(AgentConfig.Nats nats) {
      var url = URI.create(nats.url());
      int port = url.getPort() < 0 ? PORT : url.getPort();
      int millis = Math.toIntExact(nats.timeout().toMillis());
      try (var socket = new Socket()) {
        socket.connect(new InetSocketAddress(url.getHost(), port), millis);
        socket.setSoTimeout(millis);
        byte[] begin = socket.getInputStream().readNBytes(GREETING.length());
        return new String(begin, StandardCharsets.US_ASCII).equals(GREETING)
            ? Optional.empty()
            : Optional.of(nats.url() + " isn't a NATS server");
      } catch (IOException e) {
        return Optional.of(nats.url() + ": " + e.getMessage());
      }
    }
  }
}
