package dev.deployclaw.lab;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.lab.RateLimitServices.Stores;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.HostPort;
import dev.deployclaw.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A rate limit service beside those of a lab, once in a build: those of later labs begin with what
 * the JDK learnt from it. Where it doesn't get that far, they begin with nothing, and no test
 * fails.
 */
final class Lesson {
  private static final Duration READY = Duration.ofMinutes(2);

  /** It writes down what it learnt when it ends. */
  private static final Duration END = Duration.ofMinutes(4);

  private Lesson() {}

  static void of(Config config) throws InterruptedException {
    var stores =
        new Stores(
            config.etcd().endpoints().getFirst(),
            config.redis().nodes().stream().map(HostPort::parse).toList());
    var address = HostPort.loopback(Ports.free());
    var arguments = RateLimitServices.arguments(Scenario.NAMESPACES.getFirst(), address, stores);
    var lesson = RateLimitServices.PROGRAM.lesson(arguments);
    if (lesson.isPresent()) {
      learn(lesson.get(), "http://" + address + "/readyz");
    }
  }

  private static void learn(List<String> command, String ready) throws InterruptedException {
    var service = start(new ProcessBuilder(command));
    try {
      boolean served = Await.cameTrue(READY, () -> Health.answers(ready) || !service.isAlive());
      service.destroy();
      if (service.waitFor(END.toSeconds(), TimeUnit.SECONDS) && served) {
        RateLimitServices.PROGRAM.keep();
      }
    } finally {
      service.destroyForcibly();
    }
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
