package dev.deployclaw.lab.fault;

import dev.deployclaw.lab.fault.FaultTargets.Named;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.ServerSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Rate limit services that count in an empty Redis of their own. They answer as before, and no
 * limit is right: neither what was used before counts, nor what others let through.
 */
record WrongRedisFaults(Path home) {
  private static final Duration READY = Duration.ofMinutes(2);
  private static final String OPTION = "--redis=";
  private static final String SERVICES = "services";

  List<InjectedFault> current(FaultTargets targets) {
    return targets.all().entrySet().stream()
        .filter(e -> e.getValue().changed())
        .map(e -> new Named(e.getKey(), e.getValue()).own())
        .map(namespace -> InjectedFault.of(FaultKind.WRONG_REDIS, namespace))
        .toList();
  }

  InjectedFault mislead(FaultTargets targets, String namespace) throws ImpossibleFaultException {
    var service = targets.running(SERVICES, namespace);
    if (service.daemon().changed()) {
      throw new ImpossibleFaultException(service.name() + " already asks a wrong Redis");
    }
    var redis = RedisNode.start(ServerSource.processes(), home.resolve(service.own()));
    redis.leave();
    service
        .daemon()
        .restartBy(command ->
            command.stream()
                .map(word -> word.startsWith(OPTION) ? OPTION + redis.address() : word)
                .toList());
    ready(service.daemon());
    return InjectedFault.of(FaultKind.WRONG_REDIS, service.own());
  }

  List<InjectedFault> heal(FaultTargets targets) {
    var healed = current(targets);
    var changed = new ArrayList<>(targets.all().values());
    changed.removeIf(daemon -> !daemon.changed());
    changed.forEach(daemon -> {
      daemon.restartAsBefore();
      ready(daemon);
    });
    DaemonProcess.adoptAll(home).forEach(DaemonProcess::forget);
    return healed;
  }

  private static void ready(DaemonProcess service) {
    service.awaitReady(READY, () -> !service.ports().isEmpty());
    service.leave();
  }
}
