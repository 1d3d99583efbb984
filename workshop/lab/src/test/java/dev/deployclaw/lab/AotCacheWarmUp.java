package dev.deployclaw.lab;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.lab.estate.RateLimitServiceProcesses;
import dev.deployclaw.lab.estate.RateLimitServiceProcesses.Stores;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A rate limit service beside those of a lab, once in a build: those of later labs begin with what
 * the JDK learnt from it. Where it doesn't get that far, they begin with nothing, and no test
 * fails.
 */
final class AotCacheWarmUp {
  private static final Duration READY = Duration.ofMinutes(2);

  /** It writes down what it learnt when it ends. */
  private static final Duration END = Duration.ofMinutes(4);

  private AotCacheWarmUp() {}

  static void of(AgentConfig config) throws InterruptedException {
    var stores =
        new Stores(
            config.etcd().endpoints().getFirst(),
            config.etcd().prefix(),
            config.redis().nodes().stream().map(HostPort::parse).toList());
    var address = HostPort.loopback(FreePortFinder.free());
    var arguments =
        RateLimitServiceProcesses.arguments(
            ReferenceScenario.NAMESPACES.getFirst(), address, stores);
    var lesson = RateLimitServiceProcesses.PROGRAM.lesson(arguments);
    if (lesson.isPresent()) {
      learn(lesson.get(), "http://" + address + "/readyz");
    }
  }

  private static void learn(List<String> command, String ready) throws InterruptedException {
    var service = CommandRunner.of(command).start(Redirect.DISCARD);
    try {
      boolean served =
          BoundedWait.cameTrue(READY, () -> ServerReadiness.answers(ready) || !service.isAlive());
      service.destroy();
      if (service.waitFor(END.toSeconds(), TimeUnit.SECONDS) && served) {
        RateLimitServiceProcesses.PROGRAM.keep();
      }
    } finally {
      service.destroyForcibly();
    }
  }
}
