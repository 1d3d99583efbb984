package dev.deployclaw.executors.host;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/**
 * Says what it was asked. Some looks and executions make it behave badly. Bears the name of one
 * that is in the kernel's table.
 */
public final class EchoExecutor implements BackendExecutor {
  /** Of an execution or a look's argument: never answers, but ends when it is interrupted. */
  public static final String HANG = "hang";

  /** Ends its process at once. */
  public static final String DIE = "die";

  /** Throws. */
  public static final String THROW = "throw";

  private static final int DEAD = 137;

  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final CountDownLatch hanging = new CountDownLatch(1);

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public Set<String> verbs() {
    return BackendExecutor.participantWith(
        Set.of("topology", "identity", "lost", "reassert", "unlisted"));
  }

  /** Until a call that hangs is running. */
  public void awaitHanging() throws InterruptedException {
    hanging.await();
  }

  /** Until a call that hung was interrupted. */
  public void awaitInterrupt() throws InterruptedException {
    interrupted.await();
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    return switch (call.call()) {
      case ExecutorCall.Look(var verb, var arguments) -> look(verb, arguments);
      case ExecutorCall.Stage(var epoch) -> epoch(call, epoch);
      case ExecutorCall.Prepare(var epoch) -> epoch(call, epoch);
      case ExecutorCall.Publish(var epoch) -> epoch(call, epoch);
      case ExecutorCall.Converge(var epoch) -> epoch(call, epoch);
      case ExecutorCall.Lost(var epoch) -> epoch(call, epoch);
      case ExecutorCall.Reassert(var epoch) -> epoch(call, epoch);
      case ExecutorCall.Probe(var epoch, int _) -> epoch(call, epoch);
      case ExecutorCall.Heartbeat(var epoch) -> epoch(call, epoch);
      case ExecutorCall.Observe _,
          ExecutorCall.Discard _,
          ExecutorCall.WriteBack _,
          ExecutorCall.Share _ ->
          reported(call, "", Map.of());
    };
  }

  private CallOutcome look(String verb, Map<String, Object> arguments) throws InterruptedException {
    behave(String.valueOf(arguments.getOrDefault("behave", "")));
    var reports = new ArrayList<MemberReport>();
    long members = arguments.get("members") instanceof Long n ? n : 1;
    long bytes = arguments.get("bytes") instanceof Long n ? n : 0;
    for (int i = 0; i < members; i++) {
      reports.add(
          MemberReport.yes("redis/" + i, "", Map.of("text", "x".repeat(Math.toIntExact(bytes)))));
    }
    var facts = new TreeMap<String, Object>(arguments);
    facts.put("verb", verb);
    facts.put("pid", ProcessHandle.current().pid());
    return new CallOutcome.Done(reports, facts);
  }

  private CallOutcome epoch(Invocation call, EpochSpec epoch) throws InterruptedException {
    behave(epoch.execution());
    return reported(
        call,
        epoch.digest(),
        Map.of(
            "epoch",
            epoch.epoch(),
            "tenants",
            (long) epoch.set().tenants().size(),
            "digest",
            epoch.digest()));
  }

  private static CallOutcome reported(Invocation call, String digest, Map<String, Object> facts) {
    var all = new TreeMap<>(facts);
    all.put("verb", call.call().verb());
    all.put("leader", call.fence().leader());
    all.put("term", call.fence().term());
    return CallOutcome.done(List.of(MemberReport.yes("redis/echo", digest, all)));
  }

  private void behave(String how) throws InterruptedException {
    switch (how) {
      case HANG -> hang();
      case DIE -> Runtime.getRuntime().halt(DEAD);
      case THROW -> throw new IllegalStateException("told to");
      default -> {}
    }
  }

  private void hang() throws InterruptedException {
    hanging.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      interrupted.countDown();
      throw e;
    }
  }
}
