package dev.deployclaw.container.confinement;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Puts the command of one start together. Says what it has to leave out. */
final class CommandBuilder {
  /**
   * Becomes the command behind {@code --}, with the folders before it mounted over themselves. With
   * all that is mounted below them, where {@code mount} can do that (util-linux 2.39, Linux 5.12).
   */
  private static final String MOUNTS =
      """
      while [ "$1" != -- ]; do
        o=noexec,nosuid,nodev
        r=noexec=recursive,nosuid=recursive,nodev=recursive
        mount --rbind -o $r -- "$1" "$1" 2>/dev/null || mount --bind -o $o -- "$1" "$1" ||
          echo "confinement: library: $1 is not mounted noexec" >&2
        shift
      done
      shift
      exec "$@"
      """;

  /** A JVM that lives for a tenth of a second, too short to compile, and leaves signals alone. */
  private static final List<String> SHORT_LIFE =
      List.of(
          "-Xshare:auto",
          "-Xint",
          "-XX:+UseSerialGC",
          "-XX:-UsePerfData",
          "-Xmx32m",
          "-Xrs",
          "--enable-native-access=ALL-UNNAMED");

  /** access(2), by which the JDK looks whether a file exists, else ignores capabilities. */
  private static final String ACCESS_BY_CAPABILITY = "--securebits=+no_setuid_fixup";

  private final ConfinementPolicy policy;
  private final StartRights rights;
  private final StartTools tools;
  private final String classes;
  private final boolean known = Processor.here().isPresent();
  private final List<String> argv = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  /**
   * @param classes the jar or the folder of the launcher's class, which needs nothing else
   */
  CommandBuilder(ConfinementPolicy policy, StartRights rights, StartTools tools, String classes) {
    this.classes = classes;
    this.policy = policy;
    this.rights = rights;
    this.tools = tools;
  }

  ConfinedCommand around(List<String> javaCommand) {
    return around(javaCommand.getFirst(), javaCommand);
  }

  /**
   * A program of any kind, which lays no filter on itself as an executor host does.
   *
   * @param java of the launcher
   */
  ConfinedCommand aroundProgram(String java, List<String> command) {
    missing.add("unix, udp: no filter covers a plugin's sockets");
    return around(java, command);
  }

  private ConfinedCommand around(String java, List<String> command) {
    mounts();
    privileges();
    launcher(java);
    argv.addAll(command);
    return new ConfinedCommand(argv, missing);
  }

  private void mounts() {
    if (!rights.has("sys_admin") || !tools.mounts()) {
      missing.add(
          "library: writable folders aren't noexec, only root with CAP_SYS_ADMIN can mount them");
      return;
    }
    argv.addAll(List.of("unshare", "--mount", "--", "sh", "-c", MOUNTS, "confinement"));
    policy.files().writable().stream()
        .filter(Files::isDirectory)
        .map(Path::toString)
        .sorted()
        .forEach(argv::add);
    argv.add("--");
  }

  private void privileges() {
    if (!tools.setpriv()) {
      missing.add("user, capabilities: stay as they are, setpriv of util-linux isn't installed");
      return;
    }
    argv.addAll(List.of("setpriv", "--no-new-privs"));
    user();
    capabilities();
    argv.add("--");
  }

  private void user() {
    if (policy.user().isEmpty()) {
      if (rights.root()) {
        missing.add("user: stays root, the policy names no other");
      }
      return;
    }
    var user = policy.user().get();
    if (rights.has("setuid") && rights.has("setgid")) {
      argv.addAll(List.of("--reuid=" + user.uid(), "--regid=" + user.gid(), "--clear-groups"));
      if (policy.capabilities().stream().anyMatch(name -> name.startsWith("dac_"))) {
        argv.add(ACCESS_BY_CAPABILITY);
      }
    } else if (rights.uid() != user.uid()) {
      missing.add(
          "user: stays %d instead of %d, only root can change it"
              .formatted(rights.uid(), user.uid()));
    }
  }

  private void capabilities() {
    var kept = policy.capabilities().stream().filter(rights::has).sorted().toList();
    policy.capabilities().stream()
        .filter(name -> !rights.has(name))
        .sorted()
        .forEach(name -> missing.add("capability " + name + ": the starting process lacks it"));
    String set =
        Stream.concat(Stream.of("-all"), kept.stream().map(name -> "+" + name))
            .collect(Collectors.joining(","));
    argv.addAll(List.of("--inh-caps=" + set, "--ambient-caps=" + set));
    if (rights.has("setpcap")) {
      argv.add("--bounding-set=" + set);
    } else if (rights.root()) {
      missing.add("capabilities: root keeps them, emptying the bounding set needs CAP_SETPCAP");
    }
  }

  private void launcher(String java) {
    if (!known) {
      missing.add(
          "files, exec, tcp, signals, seccomp, ptrace: unknown processor "
              + System.getProperty("os.arch"));
      return;
    }
    argv.add(java);
    argv.addAll(SHORT_LIFE);
    argv.addAll(List.of("-cp", classes, ConfinementLauncher.class.getName()));
    policy.files().readable().forEach(path -> argv.add("--read=" + path));
    policy.files().writable().forEach(path -> argv.add("--write=" + path));
    policy.files().executable().forEach(path -> argv.add("--execute=" + path));
    TcpPorts.sorted(policy.ports().connect()).forEach(port -> argv.add("--connect=" + port));
    TcpPorts.sorted(policy.ports().bind()).forEach(port -> argv.add("--bind=" + port));
    policy.scopes().stream().sorted().forEach(scope -> argv.add("--scope=" + scope.bit()));
    argv.add("--");
  }
}
