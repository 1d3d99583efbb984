package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.Executor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The executors by name. They come wrapped by the sandbox. */
public final class Executors {
  /** The participant that holds the policy sets: staged first, removed last. */
  static final String STORE = "etcd";

  /** The participant of which each gateway that a policy set names is a member. */
  static final String GATEWAYS = "gateway";

  private final SortedMap<String, Executor> byName;

  private Executors(SortedMap<String, Executor> byName) {
    this.byName = byName;
  }

  /**
   * @throws IllegalArgumentException when two have one name
   */
  public static Executors of(Collection<? extends Executor> executors) {
    var byName = new TreeMap<String, Executor>();
    for (var executor : executors) {
      if (byName.put(executor.name(), executor) != null) {
        throw new IllegalArgumentException("two executors are named " + executor.name());
      }
    }
    return new Executors(byName);
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
