package dev.deployclaw.container.confinement;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program behind the wall tries to get out of it, with real files, processes and sockets. The
 * same program tries the same without the wall, so that no attempt fails for another reason.
 */
@EnabledIf(
    value = "dev.deployclaw.container.confinement.ConfinedWorld#possible",
    disabledReason = ConfinedWorld.NEEDS)
class EscapeTest {
  /**
   * @param attempt as {@link EscapeAttempts} reads it
   * @param byRoot the answer where root started the host as a user of its own
   * @param byUser the answer where the agent's user started it as itself, without mounts
   */
  private record Attempt(String name, String attempt, String byRoot, String byUser) {
    Attempt(String name, String attempt, String both) {
      this(name, attempt, both, both);
    }

    /** Whether the kernel ends the process, which then tries no other. */
    boolean isFatal() {
      return byRoot.equals("SIGSYS");
    }
  }

  @TempDir static Path folder;
  private static ConfinedWorld world;
  private static List<Attempt> attempts;
  private static final Map<String, List<String>> OUTCOMES = new TreeMap<>();
  private static List<String> missingByUser;

  @BeforeAll
  static void triesAll() throws IOException, InterruptedException {
    world = new ConfinedWorld(folder);
    attempts = new ArrayList<>();
    attempts.addAll(files(world.top, world.own));
    attempts.addAll(programs(world.own));
    attempts.addAll(sockets());
    attempts.addAll(calls());
    var byUser = world.byUser(new StartTools(true, StartTools.found().filter(), false));
    missingByUser = byUser.missing();
    var lines = attempts.stream().map(Attempt::attempt).toList();
    OUTCOMES.put("root", behindTheWall(world.byRoot().argv()));
    OUTCOMES.put("user", behindTheWall(byUser.argv()));
    var open = world.javaCommand();
    OUTCOMES.put("open user", world.outcomes(ConfinedWorld.as(ConfinedWorld.USER, open), lines));
    OUTCOMES.put("open root", world.outcomes(open, lines));
  }

  /** The fatal ones each in a process of its own. */
  private static List<String> behindTheWall(List<String> command)
      throws IOException, InterruptedException {
    var harmless = attempts.stream().filter(a -> !a.isFatal()).map(Attempt::attempt).toList();
    var answers = world.outcomes(command, harmless).iterator();
    var all = new ArrayList<String>();
    for (var attempt : attempts) {
      all.add(
          attempt.isFatal()
              ? world.outcomes(command, List.of(attempt.attempt())).getFirst()
              : answers.next());
    }
    return all;
  }

  @AfterAll
  static void ends() throws IOException {
    world.close();
  }

  private static List<Attempt> files(Path top, Path own) {
    long victim = world.victim();
    return List.of(
        new Attempt("read the agent's key", "read\t" + top.resolve("agent.key"), "EACCES"),
        new Attempt("read another user's file", "read\t" + top.resolve("other.key"), "EACCES"),
        new Attempt(
            "read a file of its own user", "read\t" + top.resolve("same-user.key"), "EACCES"),
        new Attempt("read a file for all", "read\t" + top.resolve("for-all.txt"), "EACCES"),
        new Attempt("write a file for all", "write\t" + top.resolve("for-all.txt"), "EACCES"),
        new Attempt("write its own jar", "append\t" + world.jar, "EACCES"),
        new Attempt("list /", "read\t/", "EACCES"),
        new Attempt("read /etc/shadow", "read\t/etc/shadow", "EACCES"),
        new Attempt("read the agent's memory", "read\t/proc/" + pid() + "/mem", "EACCES"),
        new Attempt("read the agent's environment", "read\t/proc/" + pid() + "/environ", "EACCES"),
        new Attempt(
            "read the memory of its own user's process",
            "read\t/proc/" + victim + "/mem",
            "EACCES"),
        new Attempt(
            "read the environment of its own user's process",
            "read\t/proc/" + victim + "/environ",
            "EACCES"),
        new Attempt(
            "read by /proc/self/root", "read\t/proc/self/root" + top + "/same-user.key", "EACCES"),
        new Attempt("read by ..", "read\t" + own + "/../same-user.key", "EACCES"),
        new Attempt(
            "read by a symbolic link",
            "symlink\t" + own.resolve("link") + "\t" + top.resolve("same-user.key"),
            "EACCES"),
        new Attempt(
            "make a hard link",
            "hardlink\t" + own.resolve("hard") + "\t" + top.resolve("same-user.key"),
            "EXDEV"),
        new Attempt(
            "move a file into its folder",
            "move\t" + own.resolve("moved") + "\t" + top.resolve("same-user.key"),
            "EACCES"),
        new Attempt("open a memory device", "read\t" + top.resolve("memory"), "EACCES"));
  }

  private static List<Attempt> programs(Path own) {
    String loader = loader();
    return List.of(
        new Attempt("run /bin/sh", "exec\t/bin/sh\t-c\ttrue", "EACCES"),
        new Attempt("run /bin/sh by ld.so", "exec\t" + loader + "\t/bin/sh\t-c\ttrue", "EACCES"),
        new Attempt("run a copy of sh", "exec\t" + own + "/shell\t-c\ttrue", "EACCES"),
        new Attempt(
            "run a copy of sh by ld.so",
            "exec\t" + loader + "\t" + own + "/shell\t-c\ttrue",
            "EPERM",
            "allowed"),
        new Attempt("run a script", "exec\t" + own + "/script", "EACCES"),
        new Attempt(
            "read a file by an allowed program",
            "exec\t%s\t-e\tstderr\t-t\t-c\t%s/same-user.key"
                .formatted(ConfinedWorld.NGINX, world.top),
            "EACCES"),
        new Attempt("run a program in memory", "memfd\t" + own + "/shell", "EPERM"),
        new Attempt(
            "load a library of its folder", "load\t" + world.library(), "EPERM", "allowed"));
  }

  private static List<Attempt> sockets() {
    int foreign = world.foreign.getLocalPort();
    return List.of(
        new Attempt("connect to a foreign port", "connect\t" + foreign, "EACCES"),
        new Attempt("connect to it by TCP fast open", "fastopen\t" + foreign, "EPERM"),
        new Attempt("open a multipath socket", "mptcp", "EPERM"),
        new Attempt("listen", "listen", "EACCES"),
        new Attempt("connect to an abstract socket", "abstract\t" + world.abstractName(), "EPERM"),
        new Attempt("connect to the Docker socket", "unix\t" + world.socket(), "EACCES"));
  }

  private static List<Attempt> calls() {
    return List.of(
        new Attempt("become root", "setuid", "EPERM"),
        new Attempt("mount", "mount", "SIGSYS"),
        new Attempt("unshare", "unshare", "SIGSYS"),
        new Attempt("clone into a namespace", "clone", "SIGSYS"),
        new Attempt("keyctl", "keyctl", "SIGSYS"),
        new Attempt("bpf", "bpf", "SIGSYS"),
        new Attempt("lay rules that the audit doesn't tell of", "landlock", "SIGSYS"),
        new Attempt("execute by a descriptor", "execveat\t/nowhere", "SIGSYS"),
        new Attempt("type into the terminal", "type", "SIGSYS"),
        new Attempt("trace its own user's process", "ptrace\t" + world.victim(), "SIGSYS"),
        new Attempt("read its own user's process", "memory\t" + world.victim(), "SIGSYS"),
        new Attempt("io_uring", "io_uring", "EPERM"),
        new Attempt("limit its own user's process", "limits\t" + world.victim(), "EPERM"),
        new Attempt("kill its own user's process", "kill\t" + world.victim(), "EPERM"));
  }

  @TestFactory
  Stream<DynamicTest> refusesHostStartedByRoot() {
    return attempts.stream().map(a -> test(a, "root", a.byRoot()));
  }

  @TestFactory
  Stream<DynamicTest> refusesHostStartedByItsOwnUser() {
    return attempts.stream().map(a -> test(a, "user", a.byUser()));
  }

  /** An attempt that root and the host's user fail alike without the wall would prove nothing. */
  @TestFactory
  Stream<DynamicTest> attemptsAreRealWithoutTheWall() {
    return attempts.stream()
        .map(a -> {
          var outcomes = List.of(outcome(a, "open user"), outcome(a, "open root"));
          return DynamicTest.dynamicTest(
              a.name() + " -> " + String.join(", ", outcomes),
              () -> assertThat(outcomes).anyMatch(o -> !List.of("EACCES", "EPERM").contains(o)));
        });
  }

  private static DynamicTest test(Attempt attempt, String start, String expected) {
    return DynamicTest.dynamicTest(
        attempt.name() + " -> " + expected,
        () -> assertThat(outcome(attempt, start)).isEqualTo(expected));
  }

  private static String outcome(Attempt attempt, String start) {
    return OUTCOMES.getOrDefault(start, List.of()).get(attempts.indexOf(attempt));
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private static String loader() {
    return world.policy(Optional.empty()).files().executable().stream()
        .map(Path::toString)
        .filter(path -> path.contains("/ld-"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void saysThatMountsAreMissingWithoutRoot() {
    assertThat(missingByUser).hasSize(1).first().asString().startsWith("library: ");
  }
}
