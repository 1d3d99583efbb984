package dev.deployclaw.container.doctor;

import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** What separates the executors from the process that plans, by the host's own attempts. */
final class IsolationCheck {
  private static final String PAGE = ": docs/tasks/container.md";

  private IsolationCheck() {}

  static List<Diagnosis> examine(Optional<ExecutorIsolation> isolation) {
    var wall = isolation.orElse(ExecutorIsolation.NONE);
    var found = new DiagnosisCollector("isolation");
    if (!wall.separate()) {
      found.warning(
          "planner and executors share this process: the allow-lists of operations bind them,"
              + " no wall of the operating system does",
          "start deployclaw serve, whose executors have a confined process");
      return found.all();
    }
    if (!wall.enforced().isEmpty()) {
      found.ok(
          "executors have a process of their own; enforced: " + String.join(", ", wall.enforced()));
    }
    new TreeMap<>(wall.missing()).forEach((layer, detail) -> gap(layer, detail, found));
    new TreeMap<>(wall.violations()).forEach((host, v) -> violation(host, v, found));
    return found.all();
  }

  private static void gap(String layer, String detail, DiagnosisCollector found) {
    int slash = layer.indexOf('/');
    String who = slash < 0 ? "the executor host" : "plugin " + layer.substring(0, slash);
    String what = "%s lacks the layer %s: %s".formatted(who, layer.substring(slash + 1), detail);
    String page = layer.endsWith("refusals") ? ": docs/tasks/serve.md" : PAGE;
    if (layer.equals("host")) {
      found.unreachable(detail);
    } else {
      found.warning(what, remedy(layer.substring(slash + 1), detail) + page);
    }
  }

  private static void violation(String host, Violation last, DiagnosisCollector found) {
    found.error(
        "%s %s, at %s".formatted(host, last.what(), last.at()),
        "find it in the kernel's log (type=1300 or 1326 a call, 1423 a refusal); unless a person"
            + " replaced the file or its rights since the start, treat the host's secrets as stolen"
            + PAGE);
  }

  /** What brings a layer about. */
  private static String remedy(String layer, String detail) {
    return switch (layer) {
      case "host" -> "see its last words in the agent's log";
      case "user" -> "start the agent as root, or run the host in a container of its own";
      case "capabilities" ->
          "let the host's user own what gateways, sources or plugins need, let a watcher signal"
              + " NGINX, and start the agent with CAP_SETPCAP";
      case "no-new-privileges" -> "install util-linux: its setpriv sets it";
      case "seccomp", "ptrace" -> "use x86-64 or ARM64, and a kernel with seccomp";
      case "files", "exec" -> "use a kernel with Landlock (5.13)";
      case "tcp" -> "use a kernel with Landlock's ports (6.7)";
      case "library" -> "start the agent as root, so that the host's folders are mounted noexec";
      case "signals" -> "use a kernel with Landlock's scopes (6.12)";
      case "unix" ->
          "use Kubernetes, or a Docker daemon by TCP; a plugin: give it a user of its own";
      case "udp" -> "name back ends by addresses, or close egress by a firewall";
      case "refusals" ->
          detail.contains("actions_logged")
              ? "add errno to the sysctl kernel.seccomp.actions_logged"
              : detail.contains("rule")
                  ? "load container/audit/20-deployclaw.rules with this user's number; restart the agent"
                  : "switch the kernel's audit on (audit=1 at boot, or auditctl -e 1), on Linux 6.15, and"
                      + " start the agent with CAP_AUDIT_READ or readable /dev/kmsg";
      case "masking" -> "start the host of this build";
      default -> "see what each layer needs";
    };
  }
}
