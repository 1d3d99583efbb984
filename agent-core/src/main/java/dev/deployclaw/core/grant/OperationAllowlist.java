package dev.deployclaw.core.grant;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.ExecutorCall;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The closed table of operations. What isn't in it is denied for each caller, whatever an executor
 * says that it can do. The class of an operation's effect comes from the type of its call, so a
 * look can't be spelled like an act. Immutable.
 */
public final class OperationAllowlist {
  /** All that the product's own executors do. */
  public static final OperationAllowlist KERNEL =
      new OperationAllowlist(
          Map.of(
              "configuration", participant("scan", "marks"),
              "docker", new Operations(Set.of("inspect"), Set.of()),
              "etcd", participant(),
              "gateway", participant("topology", "scan", "marks"),
              "kubernetes",
                  new Operations(Set.of("inspect", "access", "ownership"), Set.of("share")),
              "probe", acts("probe", "heartbeat"),
              "ratelimit", participant("topology", "scan", "usage"),
              "redis", redis(),
              "sources", new Operations(Set.of("read"), Set.of("write-back"))));

  private final Map<String, Operations> byExecutor;

  private OperationAllowlist(Map<String, Operations> byExecutor) {
    this.byExecutor = Map.copyOf(byExecutor);
  }

  /**
   * Of one executor.
   *
   * @param looks verbs of {@link ExecutorCall.Look}
   * @param acts verbs of all other calls
   */
  private record Operations(Set<String> looks, Set<String> acts) {
    boolean have(ExecutorCall call) {
      return have(call.verb(), call instanceof ExecutorCall.Look);
    }

    boolean have(String verb, boolean look) {
      return (look ? looks : acts).contains(verb);
    }
  }

  /**
   * This table, and what an operator admits of a plugin's executor: nothing else, whatever the
   * plugin says of itself.
   *
   * @param looks verbs of {@link ExecutorCall.Look}
   * @param acts verbs of all other calls
   * @throws IllegalArgumentException for an executor that is in the table
   */
  public OperationAllowlist admitting(String executor, Set<String> looks, Set<String> acts) {
    if (byExecutor.containsKey(executor)) {
      throw new IllegalArgumentException(executor + " is in the table");
    }
    var all = new TreeMap<>(byExecutor);
    all.put(executor, new Operations(Set.copyOf(looks), Set.copyOf(acts)));
    return new OperationAllowlist(all);
  }

  /** What a call does; empty where it isn't in the table. */
  public Optional<EffectClass> of(String executor, ExecutorCall call) {
    return Optional.ofNullable(byExecutor.get(executor))
        .filter(operations -> operations.have(call))
        .map(_ -> EffectClass.of(call));
  }

  /**
   * Whether a call is in it, of which no more is known than its verb.
   *
   * @param look whether it is an {@link ExecutorCall.Look}
   */
  public boolean has(String executor, String verb, boolean look) {
    return Optional.ofNullable(byExecutor.get(executor))
        .filter(o -> o.have(verb, look))
        .isPresent();
  }

  /** Whether an operation ({@code redis.scan}) is in it, and is a look. */
  public boolean looks(String operation) {
    int dot = operation.indexOf('.');
    return dot > 0
        && Optional.ofNullable(byExecutor.get(operation.substring(0, dot)))
            .filter(o -> o.looks().contains(operation.substring(dot + 1)))
            .isPresent();
  }

  /** The verbs of an executor, for who compares them with what it can do. */
  public Set<String> verbs(String executor) {
    return Optional.ofNullable(byExecutor.get(executor)).stream()
        .flatMap(o -> Stream.concat(o.looks().stream(), o.acts().stream()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Who is in it, in order. */
  public Set<String> executors() {
    return new TreeSet<>(byExecutor.keySet());
  }

  private static Operations acts(String... verbs) {
    return new Operations(Set.of(), Set.of(verbs));
  }

  private static Operations participant(String... looks) {
    return new Operations(Set.of(looks), BackendExecutor.PARTICIPANT_VERBS);
  }

  private static Operations redis() {
    var looks =
        Set.of("topology", "identity", "latency", "clock", "scan", "marks", "counters", "usage");
    return new Operations(looks, BackendExecutor.participantWith(Set.of("lost", "reassert")));
  }
}
