package dev.deployclaw.container.confinement;

import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/**
 * The last step before a confined program: lays one Landlock ruleset on itself and becomes the
 * program (execve). A JVM cannot do that for itself later: Landlock holds for one thread and its
 * children, and a JVM has many threads.
 *
 * <p>{@code setpriv} has Landlock too, and would be preferred as the well-kept tool, but it knows
 * neither ports nor scopes, fails on kernels and paths that it doesn't know, and is older than
 * Landlock on Debian 12. Since the ports need this class anyway, files, programs, ports and scopes
 * are one ruleset in one place. The seccomp filter comes after it, since it forbids further
 * rulesets. {@code setpriv} has what it does well: users, capabilities, no-new-privileges.
 *
 * <p>What Landlock lacks is said on standard error, and the program starts without it; a rule that
 * can't be made leaves its path closed. Fails with 126 where it can't lay the filter or start the
 * program: a later filter would look the same from outside.
 */
record ConfinementLauncher(NativeCall kernel, PrintStream log) {
  /**
   * A child of a JVM lists its own {@code /proc/self/fd} to close what it inherited, and else tries
   * each possible number, of which there may be a thousand million.
   */
  private static final Path PROCESSES = Path.of("/proc");

  private static final int CANNOT_START = 126;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int RLIMIT_CORE = 4;
  private static final int PTRACE_ATTACH = 16;
  private static final int AT_FDCWD = -100;
  private static final int NO_NUMBER = -2;
  private static final int O_CLOEXEC = 0x8_0000;

  /**
   * The arguments that {@link ConfinedCommand} writes: rights, {@code --}, the program's command.
   */
  public static void main(String[] arguments) {
    var given = List.of(arguments);
    int end = given.indexOf("--");
    var processor = Processor.here();
    if (end < 0 || end == given.size() - 1 || processor.isEmpty()) {
      System.err.println("confinement: usage: RIGHT… -- PROGRAM ARGUMENT…");
      System.exit(2);
      return;
    }
    var kernel = new NativeCall(processor.get(), Arena.global());
    var launcher = new ConfinementLauncher(kernel, System.err);
    var older = SyscallFilter.withoutClone3(processor.get()); // its class may be closed soon
    var filter = SyscallFilter.program(processor.get());
    launcher.confine(given.subList(0, end));
    if (launcher.filters(older, 0) && launcher.filters(filter, NativeCall.TOLD)) {
      launcher.meetRefusals();
      launcher.become(given.subList(end + 1, given.size()));
    }
    System.exit(CANNOT_START);
  }

  private void confine(List<String> rights) {
    long refused = kernel.call(Syscall.PRCTL, PR_SET_NO_NEW_PRIVS, 1);
    if (refused < 0) {
      say("no-new-privileges: " + NativeCall.error(refused));
    }
    noCore();
    int version = LandlockRuleset.version(kernel);
    if (version < 1) {
      say("files, exec, tcp, signals: no Landlock here: " + NativeCall.error(version));
    } else {
      landlock(rights, version);
    }
  }

  /** What the kernel ends writes no core file, in which the secrets of back ends would be. */
  private void noCore() {
    var none = kernel.allocate(2 * Long.BYTES);
    long refused = kernel.call(Syscall.PRLIMIT64, 0, RLIMIT_CORE, none.address(), 0);
    if (refused < 0) {
      say("it may leave a core file: " + NativeCall.error(refused));
    }
  }

  private void landlock(List<String> rights, int version) {
    long scopes = values(rights, "--scope=").stream().mapToLong(Long::parseLong).sum();
    try {
      var rules = LandlockRuleset.create(kernel, version, scopes);
      values(rights, "--read=").forEach(path -> attempt(() -> rules.read(Path.of(path))));
      values(rights, "--write=").forEach(path -> attempt(() -> rules.write(Path.of(path))));
      values(rights, "--execute=").forEach(path -> attempt(() -> rules.execute(Path.of(path))));
      attempt(() -> rules.list(PROCESSES));
      if (rules.knowsTcp()) {
        values(rights, "--connect=")
            .forEach(port -> attempt(() -> rules.connect(Integer.parseInt(port))));
        values(rights, "--bind=")
            .forEach(port -> attempt(() -> rules.bind(Integer.parseInt(port))));
      } else {
        say("tcp: Landlock knows ports from version 4 on, this is " + version);
      }
      if (scopes != 0 && !rules.knowsScopes()) {
        say("signals: Landlock knows them from version 6 on, this is " + version);
      }
      rules.enforce();
    } catch (IllegalStateException e) {
      say("files, exec, tcp, signals: " + e.getMessage());
    }
  }

  /** Whether the kernel takes a seccomp filter. */
  boolean filters(byte[] bytes, long flags) {
    long refused = kernel.lay(bytes, flags);
    if (refused < 0) {
      say("seccomp, ptrace: " + NativeCall.error(refused));
    }
    return refused >= 0;
  }

  /**
   * One of the filter, of Landlock, and of another check (never are there -2 groups), by which the
   * starter learns whether they are told: a program in another language makes no such attempts.
   */
  private void meetRefusals() {
    kernel.call(Syscall.PTRACE, PTRACE_ATTACH, SyscallFilter.NO_PROCESS);
    kernel.call(Syscall.OPENAT, AT_FDCWD, kernel.text("/"), O_CLOEXEC);
    kernel.call(Syscall.SETGROUPS, NO_NUMBER, 0);
  }

  /** Returns only where the program can't be started. */
  private void become(List<String> command) {
    say(command.getFirst() + " cannot be started: " + kernel.execute(command));
  }

  private void attempt(Runnable rule) {
    try {
      rule.run();
    } catch (IllegalStateException e) {
      say(e.getMessage() + "; it stays closed");
    }
  }

  private void say(String what) {
    log.println("confinement: " + what);
  }

  private static List<String> values(List<String> rights, String option) {
    return rights.stream()
        .filter(right -> right.startsWith(option))
        .map(right -> right.substring(option.length()))
        .toList();
  }
}
