package dev.deployclaw.core.plan;

import dev.deployclaw.core.task.Change;
import dev.deployclaw.core.task.Change.Settings;
import dev.deployclaw.core.task.Change.Who;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.Collected;
import dev.deployclaw.policy.parse.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Intents, policies and sources for tests of the compiler. */
final class Compiling {
  static final Collected NO_SOURCES = Collected.NOTHING;

  private Compiling() {}

  static Compiled compile(PolicySet on, Collected sources, Operation operation, Change... changes) {
    var intent =
        new Intent(
            operation,
            Optional.empty(),
            List.of(changes),
            Intent.Guards.NONE,
            Intent.Schedule.NONE,
            List.of());
    return IntentCompiler.compile(intent, new IntentCompiler.Ground(on, sources, List.of(), ""));
  }

  /** Each that is left out stands in a file of its name, which is no text. */
  static Collected sources(
      Map<String, TenantPolicy> policies, List<String> leftOut, List<String> unreadable) {
    var faults = new TreeMap<String, Problem>();
    leftOut.forEach(t -> faults.put(t, new Problem(t + ".yaml", "", 3, 1, "not YAML", "mend it")));
    return new Collected(
        new TreeMap<>(policies),
        new TreeMap<>(),
        faults,
        List.copyOf(faults.values()),
        List.of(),
        unreadable);
  }

  static Change change(String tenant, String service, Settings set) {
    return change(tenant, Optional.of(service), set);
  }

  static Change change(String tenant, Optional<String> service, Settings set) {
    return new Change(
        who(tenant),
        service,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        set,
        Optional.empty(),
        Optional.empty());
  }

  static Who who(String tenant) {
    return new Who(List.of(tenant), new TreeMap<>(), false, List.of());
  }

  static Settings settings(long requests, long window) {
    return new Settings(
        Optional.of(requests),
        Optional.of(window),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static TenantPolicy tenant(String name, Limit... limits) {
    return new TenantPolicy(
        name, new TreeMap<>(), Optional.empty(), false, BackendFailure.DENY, List.of(limits));
  }

  static Limit limit(String name, String service, long requests, long window) {
    return new Limit(
        name,
        Match.service(service),
        List.of(),
        Algorithm.TOKEN_BUCKET,
        requests,
        Duration.ofSeconds(window),
        requests,
        1,
        Mode.ENFORCE,
        Optional.empty());
  }
}
