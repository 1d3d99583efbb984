package dev.deployclaw.core.compile;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Intents, policies and sources for tests of the compiler. */
final class CompilerFixtures {
  static final CollectedPolicies NO_SOURCES = CollectedPolicies.NOTHING;

  private CompilerFixtures() {}

  static CompilationResult compile(
      PolicySet on,
      CollectedPolicies sources,
      TaskOperation operation,
      RequestedChange... changes) {
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
  static CollectedPolicies sources(
      Map<String, TenantPolicy> policies, List<String> leftOut, List<String> unreadable) {
    var faults = new TreeMap<String, DocumentProblem>();
    leftOut.forEach(
        t -> faults.put(t, new DocumentProblem(t + ".yaml", "", 3, 1, "not YAML", "mend it")));
    return new CollectedPolicies(
        new TreeMap<>(policies),
        new TreeMap<>(),
        faults,
        List.copyOf(faults.values()),
        List.of(),
        unreadable);
  }

  static RequestedChange change(String tenant, String service, Settings set) {
    return change(tenant, Optional.of(service), set);
  }

  static RequestedChange change(String tenant, Optional<String> service, Settings set) {
    return new RequestedChange(
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
        Optional.empty(),
        Optional.empty());
  }

  static TenantPolicy tenant(String name, Limit... limits) {
    return new TenantPolicy(
        name, new TreeMap<>(), Optional.empty(), false, BackendFailureMode.DENY, List.of(limits));
  }

  static Limit limit(String name, String service, long requests, long window) {
    return Limit.tokenBucket(
        name, RequestMatch.service(service), requests, Duration.ofSeconds(window));
  }
}
