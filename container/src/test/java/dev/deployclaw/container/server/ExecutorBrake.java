package dev.deployclaw.container.server;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.fake.InterceptingExecutor;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.testkit.BoundedWait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Holds an agent at a call of an executor until it is let go. Any thread. */
public final class ExecutorBrake {
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final List<String> NAMES =
      List.of("redis", "gateway", "ratelimit", "probe", "sources", "etcd");

  private final AgentClock clock;
  private volatile Optional<Stop> stop = Optional.empty();

  /** On the system's clock. */
  public ExecutorBrake() {
    this(AgentClock.system());
  }

  ExecutorBrake(AgentClock clock) {
    this.clock = clock;
  }

  private record Stop(String operation, CountDownLatch reached, CountDownLatch go) {}

  /** The next call of this operation waits. */
  public void at(String operation) {
    stop = Optional.of(new Stop(operation, new CountDownLatch(1), new CountDownLatch(1)));
  }

  public void awaitReached() {
    var reached = stop.orElseThrow().reached();
    BoundedWait.until("the brake holds", LONGEST, () -> reached.getCount() == 0);
  }

  public void release() {
    stop.ifPresent(s -> s.go().countDown());
    stop = Optional.empty();
  }

  /** The ports, with the brake in them, on its clock. */
  public AgentPorts in(AgentPorts ports) {
    var all = new ArrayList<BackendExecutor>();
    for (var name : NAMES) {
      ports
          .executors()
          .named(name)
          .ifPresent(e -> all.add(InterceptingExecutor.each(e, this::braked)));
    }
    return new AgentPorts(
        ports.state(),
        ports.objects(),
        ports.executors().replacedBy(all),
        ports.sealer(),
        ports.journal(),
        ports.planner(),
        ports.procedures(),
        clock);
  }

  private CallOutcome braked(BackendExecutor inner, Invocation call) throws InterruptedException {
    var mine = stop.filter(s -> s.operation().equals(call.operation()));
    if (mine.isPresent()) {
      mine.get().reached().countDown();
      mine.get().go().await();
    }
    return inner.execute(call);
  }
}
