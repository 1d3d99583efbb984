package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.runtime.Executors;
import dev.deployclaw.core.runtime.Ports;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.core.spi.StateStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The back ends that every change needs: state store, object store, stream, Redis. */
public final class Vitals {
  /** No object has this name; that it is absent is an answer. */
  private static final String NO_OBJECT = "readiness";

  private static final Duration LONGEST = Duration.ofSeconds(4);

  private Vitals() {}

  public static List<Vital> of(Config config, Ports ports) {
    return List.of(
        new Vital("etcd", () -> state(ports.state())),
        new Vital("s3", () -> objects(ports.objects())),
        new Vital("nats", () -> NatsGreeting.trouble(config.nats())),
        new Vital("redis", () -> redis(ports.executors())));
  }

  private static Optional<String> state(StateStore state) throws InterruptedException {
    try {
      var _ = state.get(Keys.ACTIVE);
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
  private static Optional<String> redis(Executors executors) throws InterruptedException {
    return switch (executors.look("redis.topology", LONGEST)) {
      case Outcome.Failed(var fault) -> Optional.of(fault.reason());
      case Outcome.Done(var reports, var _) ->
          reports.stream()
              .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
              .map(r -> r.member() + ": " + r.reason())
              .findFirst();
    };
  }
}
