package dev.deployclaw.container.confinement;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a taken-over host would try, and what comes of it.
 *
 * @param attempt as {@link EscapeAttempts} reads it
 * @param byRoot the answer where root started the host as a user of its own
 * @param byUser the answer where the agent's user started it as itself, without mounts
 */
record EscapeAttempt(String name, String attempt, String byRoot, String byUser) {
  private EscapeAttempt(String name, String attempt, String both) {
    this(name, attempt, both, both);
  }

  /** Whether the kernel ends the process, which then tries no other. */
  boolean isFatal() {
    return byRoot.equals("SIGSYS");
  }

  static List<EscapeAttempt> fatal(ConfinedWorld world) {
    return all(world).stream().filter(EscapeAttempt::isFatal).toList();
  }

  static List<EscapeAttempt> all(ConfinedWorld world) {
    return Stream.of(files(world), programs(world), sockets(world), calls(world.victim()))
        .flatMap(List::stream)
        .toList();
  }

  private static List<EscapeAttempt> files(ConfinedWorld world) {
    Path top = world.top;
    Path own = world.own;
    long victim = world.victim();
    return List.of(
        new EscapeAttempt("read the agent's key", "read\t" + top.resolve("agent.key"), "EACCES"),
        new EscapeAttempt(
            "read another user's file", "read\t" + top.resolve("other.key"), "EACCES"),
        new EscapeAttempt(
            "read a file of its own user", "read\t" + top.resolve("same-user.key"), "EACCES"),
        new EscapeAttempt(
            "read the pass of its own user's agent",
            "read\t" + top.resolve("state/agent.pass"),
            "EACCES"),
        new EscapeAttempt("read a file for all", "read\t" + top.resolve("for-all.txt"), "EACCES"),
        new EscapeAttempt("write a file for all", "write\t" + top.resolve("for-all.txt"), "EACCES"),
        new EscapeAttempt("write its own jar", "append\t" + world.jar, "EACCES"),
        new EscapeAttempt("list /", "read\t/", "EACCES"),
        new EscapeAttempt("read /etc/shadow", "read\t/etc/shadow", "EACCES"),
        new EscapeAttempt("read the agent's memory", "read\t/proc/" + pid() + "/mem", "EACCES"),
        new EscapeAttempt(
            "read the agent's environment", "read\t/proc/" + pid() + "/environ", "EACCES"),
        new EscapeAttempt(
            "read the memory of its own user's process",
            "read\t/proc/" + victim + "/mem",
            "EACCES"),
        new EscapeAttempt(
            "read the environment of its own user's process",
            "read\t/proc/" + victim + "/environ",
            "EACCES"),
        new EscapeAttempt(
            "read by /proc/self/root", "read\t/proc/self/root" + top + "/same-user.key", "EACCES"),
        new EscapeAttempt("read by ..", "read\t" + own + "/../../same-user.key", "EACCES"),
        new EscapeAttempt(
            "read by a symbolic link",
            "symlink\t" + own.resolve("link") + "\t" + top.resolve("same-user.key"),
            "EACCES"),
        new EscapeAttempt(
            "make a hard link",
            "hardlink\t" + own.resolve("hard") + "\t" + top.resolve("same-user.key"),
            "EXDEV"),
        new EscapeAttempt(
            "move a file into its folder",
            "move\t" + own.resolve("moved") + "\t" + top.resolve("movable.key"),
            "EACCES"),
        new EscapeAttempt("open a memory device", "read\t" + top.resolve("memory"), "EACCES"));
  }

  private static List<EscapeAttempt> programs(ConfinedWorld world) {
    Path own = world.own;
    String loader = loader(world);
    return List.of(
        new EscapeAttempt("run /bin/sh", "exec\t/bin/sh\t-c\ttrue", "EACCES"),
        new EscapeAttempt(
            "run /bin/sh by ld.so", "exec\t" + loader + "\t/bin/sh\t-c\ttrue", "EACCES"),
        new EscapeAttempt("run a copy of sh", "exec\t" + own + "/shell\t-c\ttrue", "EACCES"),
        new EscapeAttempt(
            "run a copy of sh by ld.so",
            "exec\t" + loader + "\t" + own + "/shell\t-c\ttrue",
            "EPERM",
            "allowed"),
        new EscapeAttempt("run a script", "exec\t" + own + "/script", "EACCES"),
        new EscapeAttempt(
            "read a file by an allowed program",
            "exec\t%s\t-e\tstderr\t-t\t-c\t%s/same-user.key"
                .formatted(ConfinedWorld.NGINX, world.top),
            "EACCES"),
        new EscapeAttempt("run a program in memory", "memfd\t" + own + "/shell", "EPERM"),
        new EscapeAttempt(
            "load a library of its folder", "load\t" + world.library(), "EPERM", "allowed"));
  }

  private static List<EscapeAttempt> sockets(ConfinedWorld world) {
    int foreign = world.foreign.getLocalPort();
    return List.of(
        new EscapeAttempt("connect to a foreign port", "connect\t" + foreign, "EACCES"),
        new EscapeAttempt("connect to it by TCP fast open", "fastopen\t" + foreign, "EPERM"),
        new EscapeAttempt("open a multipath socket", "mptcp", "EPERM"),
        new EscapeAttempt("listen", "listen", "EACCES"),
        new EscapeAttempt(
            "connect to an abstract socket", "abstract\t" + world.abstractName(), "EPERM"),
        new EscapeAttempt("connect to the Docker socket", unix(world, "docker.sock"), "EPERM"),
        new EscapeAttempt(
            "connect to the socket of its own user's agent", unix(world, "agent.sock"), "EPERM"),
        new EscapeAttempt(
            "connect to the socket of root's agent", unix(world, "root.sock"), "EPERM"),
        new EscapeAttempt(
            "connect to it by the socket on which it listens",
            "listening\t" + world.top.resolve("agent.sock"),
            "EINVAL"),
        new EscapeAttempt("open a pair of datagram sockets", "pair", "EPERM"),
        new EscapeAttempt("open a UDP socket", "udp", "EPERM"));
  }

  private static List<EscapeAttempt> calls(long victim) {
    return List.of(
        new EscapeAttempt("become root", "setuid", "EPERM"),
        new EscapeAttempt("mount", "mount", "SIGSYS"),
        new EscapeAttempt("unshare", "unshare", "SIGSYS"),
        new EscapeAttempt("clone into a namespace", "clone", "SIGSYS"),
        new EscapeAttempt("keyctl", "keyctl", "SIGSYS"),
        new EscapeAttempt("bpf", "bpf", "SIGSYS"),
        new EscapeAttempt("lay rules that the audit doesn't tell of", "landlock", "SIGSYS"),
        new EscapeAttempt("execute by a descriptor", "execveat\t/nowhere", "SIGSYS"),
        new EscapeAttempt("type into the terminal", "type", "SIGSYS"),
        new EscapeAttempt("trace its own user's process", "ptrace\t" + victim, "SIGSYS"),
        new EscapeAttempt("read its own user's process", "memory\t" + victim, "SIGSYS"),
        new EscapeAttempt("io_uring", "io_uring", "EPERM"),
        new EscapeAttempt("limit its own user's process", "limits\t" + victim, "EPERM"),
        new EscapeAttempt("signal its own user's process", "kill\t" + victim, "EPERM"));
  }

  private static String unix(ConfinedWorld world, String name) {
    return "unix\t" + world.top.resolve(name);
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private static String loader(ConfinedWorld world) {
    return world.policy(Optional.empty()).files().executable().stream()
        .map(Path::toString)
        .filter(path -> path.contains("/ld-"))
        .findFirst()
        .orElseThrow();
  }
}
