package dev.deployclaw.core.call;

import dev.deployclaw.core.grant.GrantIssuer;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The executors by name. They come wrapped by the sandbox. */
public record ExecutorRegistry(
    SortedMap<String, BackendExecutor> byName,
    GrantIssuer grants,
    Supplier<Optional<ExecutorIsolation>> wall) {
  /** The participant that holds the policy sets: staged first, removed last. */
  public static final String STORE = "etcd";

  /** The participant whose members load an epoch by themselves, and vote once they have. */
  public static final String SERVICES = "ratelimit";

  /** The participant of which each gateway that a policy set names is a member. */
  public static final String GATEWAYS = "gateway";

  /** Executors that ask for no grant, since no sandbox is around them. */
  public static ExecutorRegistry of(Collection<? extends BackendExecutor> executors) {
    return of(executors, GrantIssuer.unchecked());
  }

  /**
   * @param grants with which they are called
   * @throws IllegalArgumentException when two have one name
   */
  public static ExecutorRegistry of(
      Collection<? extends BackendExecutor> executors, GrantIssuer grants) {
    var byName = new TreeMap<String, BackendExecutor>();
    for (var executor : executors) {
      if (byName.put(executor.name(), executor) != null) {
        throw new IllegalArgumentException("two executors are named " + executor.name());
      }
    }
    return new ExecutorRegistry(byName, grants, Optional::empty);
  }

  /** The same executors, and what separates them from this process. */
  public ExecutorRegistry isolatedBy(Supplier<Optional<ExecutorIsolation>> other) {
    return new ExecutorRegistry(byName, grants, other);
  }

  /** What separates the executors from this process now; empty where it is not known. */
  public Optional<ExecutorIsolation> isolation() {
    return wall.get();
  }

  /** Others in their place, called by the same grants. */
  public ExecutorRegistry replacedBy(Collection<? extends BackendExecutor> others) {
    return of(others, grants).isolatedBy(wall);
  }

  /** Who there is, in order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  public CallDispatcher calls() {
    return new CallDispatcher(grants);
  }

  /**
   * One look outside every execution; an executor that isn't there is a failed look.
   *
   * @param operation for example {@code redis.topology}
   */
  public CallOutcome look(String operation, Duration deadline) throws InterruptedException {
    return look(operation, CallContext.looking(), deadline);
  }

  public CallOutcome look(String operation, CallContext callContext, Duration deadline)
      throws InterruptedException {
    int dot = operation.indexOf('.');
    var executor = named(operation.substring(0, Math.max(0, dot))).filter(_ -> knows(operation));
    if (executor.isEmpty()) {
      return CallOutcome.failed(
          new CallFault.Invalid("no executor performs " + operation + " here"));
    }
    var call = new ExecutorCall.Look(operation.substring(dot + 1), Map.of());
    return calls().one(executor.get(), call, callContext, deadline);
  }

  public Optional<BackendExecutor> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** Whether an operation ({@code redis.topology}) can be performed. */
  public boolean knows(String operation) {
    int dot = operation.indexOf('.');
    return dot > 0
        && named(operation.substring(0, dot))
            .filter(e -> e.verbs().contains(operation.substring(dot + 1)))
            .isPresent();
  }

  /** Those that stage, vote and publish; the store of policy sets first. */
  public List<BackendExecutor> participants() {
    List<BackendExecutor> out = new ArrayList<>(byName.values());
    out.removeIf(e -> !e.participates());
    out.sort(Comparator.comparing(e -> !e.name().equals(STORE)));
    return List.copyOf(out);
  }
}
