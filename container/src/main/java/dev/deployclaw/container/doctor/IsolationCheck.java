package dev.deployclaw.container.doctor;

import dev.deployclaw.core.call.ExecutorIsolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What separates the executors from the process that plans, by the host's own attempts. */
final class IsolationCheck {
  private static final String ABOUT = "isolation";
  private static final String PAGE = ": docs/tasks/container.md";

  /** What brings a layer about. */
  private static final Map<String, String> REMEDIES =
      Map.of(
          "host", "see its last words in the agent's log",
          "user", "start the agent as root, or run the host in a container of its own",
          "capabilities", "start the agent with CAP_SETPCAP, or without capabilities",
          "no-new-privileges", "install util-linux: its setpriv sets it",
          "seccomp", "install util-linux, on x86-64 or ARM64",
          "files", "use a kernel with Landlock (5.13)",
          "exec", "use a kernel with Landlock (5.13)",
          "tcp", "use a kernel with Landlock's ports (6.7)",
          "library", "start the agent as root, so that the host's folders are mounted noexec",
          "signals", "use a kernel with Landlock's scopes (6.12)");

  private IsolationCheck() {}

  static List<Diagnosis> examine(Optional<ExecutorIsolation> isolation) {
    var wall = isolation.orElse(ExecutorIsolation.NONE);
    if (!wall.separate()) {
      return List.of(
          Diagnosis.warning(
              ABOUT,
              "planner and executors share this process: the allow-lists of operations bind them,"
                  + " no wall of the operating system does",
              "start deployclaw serve, whose executors have a confined process"));
    }
    var found = new ArrayList<Diagnosis>();
    if (!wall.enforced().isEmpty()) {
      found.add(
          Diagnosis.ok(
              ABOUT,
              "executors have a process of their own; enforced: "
                  + String.join(", ", wall.enforced())));
    }
    new TreeMap<>(wall.missing()).forEach((layer, detail) -> found.add(gap(layer, detail)));
    return found;
  }

  private static Diagnosis gap(String layer, String detail) {
    String what = "the executor host lacks the layer " + layer + ": " + detail;
    return layer.equals("host")
        ? Diagnosis.unreachable(ABOUT, detail)
        : Diagnosis.warning(
            ABOUT, what, REMEDIES.getOrDefault(layer, "see what its layers need") + PAGE);
  }
}
