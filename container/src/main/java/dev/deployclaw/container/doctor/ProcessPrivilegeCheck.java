package dev.deployclaw.container.doctor;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the operating system lets this process do (Linux, proc(5)). More than the agent needs is a
 * warning: planner and executors share the process, so a flaw in either has all of it.
 */
final class ProcessPrivilegeCheck {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final String LESS = "run it with less, as docs/tasks/container.md shows";

  /** Of a line of mountinfo: the mount point, and the options of the mount. */
  private static final int POINT = 4;

  private static final int OPTIONS = 5;

  private ProcessPrivilegeCheck() {}

  /**
   * @param docker the configured daemon's socket; empty where none is, or it is reached by TLS
   */
  static List<Diagnosis> examine(Optional<Path> docker) {
    var found = new DiagnosisCollector("privileges");
    try {
      tell(Files.readString(STATUS), Files.readString(MOUNTS), found);
      docker
          .filter(Files::isWritable)
          .ifPresent(socket ->
              found.warning(
                  "may use the Docker socket "
                      + socket
                      + ", and so has the power of root on this machine",
                  "give it a daemon that runs only the gateways, or an authorization plugin"));
    } catch (IOException e) {
      found.skipped("not reported by this system: " + e.getMessage());
    }
    return found.all();
  }

  /** By the texts of {@code status} and {@code mountinfo}. */
  static void tell(String status, String mounts, DiagnosisCollector found) {
    var facts =
        status
            .lines()
            .map(line -> line.split(":\\s*", 2))
            .filter(pair -> pair.length == 2)
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (first, _) -> first));
    boolean root = facts.getOrDefault("Uid", "").split("\\s+", 2)[0].equals("0");
    int capabilities = capabilities(facts);
    String said =
        "user %s, %s, %s, %s"
            .formatted(
                facts.getOrDefault("Uid", "?").split("\\s+", 2)[0],
                capabilities == 0 ? "no capabilities" : capabilities + " capabilities",
                "1".equals(facts.get("NoNewPrivs")) ? "can gain none" : "may gain some by setuid",
                readOnly(mounts) ? "read-only root" : "writable root");
    if (root || capabilities > 0) {
      found.warning(said + ": more than the agent needs", LESS);
    } else {
      found.ok(said);
    }
  }

  private static int capabilities(Map<String, String> facts) {
    return new BigInteger(facts.getOrDefault("CapEff", "0").strip(), 16).bitCount();
  }

  /** Of several mounts at the root the last one counts. */
  private static boolean readOnly(String mounts) {
    return mounts
        .lines()
        .map(line -> line.split(" ", -1))
        .filter(words -> words.length > OPTIONS && words[POINT].equals("/"))
        .reduce((_, last) -> last)
        .map(words -> List.of(words[OPTIONS].split(",", -1)).contains("ro"))
        .orElse(false);
  }
}
