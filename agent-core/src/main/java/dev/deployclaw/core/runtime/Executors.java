package dev.deployclaw.core.runtime;

import dev.deployclaw.core.grant.Grants;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
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

/** The executors by name. They come wrapped by the sandbox. */
public final class Executors {
  /** The participant that holds the policy sets: staged first, removed last. */
  static final String STORE = "etcd";

  /** The participant whose members load an epoch by themselves, and vote once they have. */
  static final String SERVICES = "ratelimit";

  /** The participant of which each gateway that a policy set names is a member. */
  static final String GATEWAYS = "gateway";

  private final SortedMap<String, Executor> byName;
  private final Grants grants;
  private final Calls calls;

  private Executors(SortedMap<String, Executor> byName, Grants grants) {
    this.byName = byName;
    this.grants = grants;
    this.calls = new Calls(grants);
  }

  /** Executors that ask for no grant, since no sandbox is around them. */
  public static Executors of(Collection<? extends Executor> executors) {
    return of(executors, Grants.unchecked());
  }

  /**
   * @param grants with which they are called
   * @throws IllegalArgumentException when two have one name
   */
  public static Executors of(Collection<? extends Executor> executors, Grants grants) {
    var byName = new TreeMap<String, Executor>();
    for (var executor : executors) {
      if (byName.put(executor.name(), executor) != null) {
        throw new IllegalArgumentException("two executors are named " + executor.name());
      }
    }
    return new Executors(byName, grants);
  }

  /** Others in their place, called by the same grants. */
  public Executors replacedBy(Collection<? extends Executor> others) {
    return of(others, grants);
  }

  /** Who there is, in order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  Calls calls() {
    return calls;
  }

  /**
   * One look outside every execution; an executor that isn't there is a failed look.
   *
   * @param operation for example {@code redis.topology}
   */
  public Outcome look(String operation, Duration deadline) throws InterruptedException {
    return look(operation, Mandate.looking(), deadline);
  }

  Outcome look(String operation, Mandate mandate, Duration deadline) throws InterruptedException {
    int dot = operation.indexOf('.');
    var executor = named(operation.substring(0, Math.max(0, dot))).filter(_ -> knows(operation));
    if (executor.isEmpty()) {
      return Outcome.failed(new Fault.Invalid("nothing performs " + operation + " here"));
    }
    var call = new Call.Look(operation.substring(dot + 1), Map.of());
    return calls.one(executor.get(), call, mandate, deadline);
  }

  public Optional<Executor> named(String name) {
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
  public List<Executor> participants() {
    List<Executor> out = new ArrayList<>(byName.values());
    out.removeIf(e -> !e.participates());
    out.sort(Comparator.comparing(e -> !e.name().equals(STORE)));
    return List.copyOf(out);
  }
}
