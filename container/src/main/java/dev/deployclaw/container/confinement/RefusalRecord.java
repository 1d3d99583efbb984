package dev.deployclaw.container.confinement;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One record of the audit about a refusal: by Landlock (admin-guide/LSM/landlock of the kernel), a
 * filter of system calls (seccomp(2), its flag LOG), or another check, by a rule of the audit. What
 * a process could choose, such as a path, is compared with known texts and never kept.
 */
public sealed interface RefusalRecord {
  /** Of the audit, time and number: records of one have it in common. */
  String event();

  /** Who laid a ruleset, which the kernel numbers: told once, after its first refusal. */
  record Owner(String event, Instant at, String domain, long pid) implements RefusalRecord {}

  /**
   * What a ruleset refused.
   *
   * @param rights that lacked, such as {@code fs.read_file}; none of a harmless one
   */
  record Refusal(String event, Instant at, String domain, List<String> rights)
      implements RefusalRecord {}

  /** Which process made the system call of an event. */
  record Caller(String event, Instant at, long pid) implements RefusalRecord {}

  /**
   * A system call that a filter answered in the kernel's place, or of which a rule tells.
   *
   * @param user of the process, as the machine numbers it
   * @param call its name, of {@link Syscall} or the rule alone
   * @param fatal whether the process was ended for it
   * @param tried whether honest programs try it and do without: no sign of an attack
   */
  record RefusedCall(
      String event, Instant at, long pid, long user, String call, boolean fatal, boolean tried)
      implements RefusalRecord {
    /** Whether a program tries its own wall so: no attack makes such a call. */
    public boolean isProbe() {
      return !fatal && (call.equals(Syscall.PTRACE.word()) || call.equals(PROBE));
    }
  }

  Pattern MESSAGE =
      Pattern.compile(
          "audit: type=(1300|1326|1423|1424) audit\\((\\d{1,11})\\.(\\d{3}):(\\d+)\\): ([^\\n\\x00]*)"
              + "[\\s\\S]*");

  Pattern OWNER =
      Pattern.compile("domain=([0-9a-f]{1,16}) status=allocated mode=enforcing pid=(\\d{1,10}) .*");
  Pattern REFUSAL = Pattern.compile("domain=([0-9a-f]{1,16}) (blockers=([a-z_.,]{1,300})(?: .*)?)");

  /** The JDK asks so for the start of each process that it starts; it is for all to read. */
  Pattern HARMLESS = Pattern.compile("blockers=fs\\.read_file path=\"/proc/\\d+/stat\" .*");

  /** A rule's key comes last. */
  Pattern CALLER =
      Pattern.compile(
          "arch=[0-9a-f]+ syscall=[^\"]*? ppid=\\d+ pid=(\\d{1,10}) auid=\\d+ uid=(\\d{1,10}) (?:[^\"]*"
              + "comm=\\S+ exe=\\S+(?: subj=[^=]*)? key=\"deployclaw-(tried-)?([a-z]{1,16})\"|.*)");

  /** No name of a program or file has a space: the kernel writes such a one in hexadecimal. */
  Pattern FILTERED =
      Pattern.compile(
          "auid=\\d+ uid=(\\d{1,10}) gid=\\d+ ses=\\d+(?: subj=[^=]*)? pid=(\\d{1,10}) comm=\\S+ exe=\\S+"
              + " sig=\\d+ arch=([0-9a-f]{1,8}) syscall=(-?\\d{1,10}) compat=\\d ip=0x[0-9a-f]+"
              + " code=0x(50000|80000000)");

  /** Of the key of the audit's last rule. */
  String PROBE = "probe";

  /** Of the action of a filter that ends the process. */
  String KILL_PROCESS = "80000000";

  /** Empty for any other message. */
  static Optional<RefusalRecord> of(String message) {
    var found = MESSAGE.matcher(message);
    if (!found.matches()) {
      return Optional.empty();
    }
    String event = found.group(2) + "." + found.group(3) + ":" + found.group(4);
    var at =
        Instant.ofEpochSecond(Long.parseLong(found.group(2)))
            .plusMillis(Integer.parseInt(found.group(3)));
    String told = found.group(5).strip();
    return switch (found.group(1)) {
      case "1300" ->
          told(CALLER, told)
              .map(m -> m.end(4) < 0 ? new Caller(event, at, number(m, 1)) : ruled(event, at, m));
      case "1326" -> told(FILTERED, told).map(m -> filtered(event, at, m));
      case "1424" -> told(OWNER, told).map(m -> new Owner(event, at, m.group(1), number(m, 2)));
      default -> told(REFUSAL, told).map(m -> new Refusal(event, at, m.group(1), rights(m)));
    };
  }

  private static List<String> rights(Matcher m) {
    return HARMLESS.matcher(m.group(2)).matches() ? List.of() : List.of(m.group(3).split(",", -1));
  }

  private static RefusedCall filtered(String event, Instant at, Matcher m) {
    var call = Syscall.of(Integer.parseUnsignedInt(m.group(3), 16), number(m, 4));
    boolean fatal = m.group(5).equals(KILL_PROCESS);
    boolean tried = !fatal && call.filter(Syscall::isTried).isPresent();
    String word = call.map(Syscall::word).orElse("other");
    return new RefusedCall(event, at, number(m, 2), number(m, 1), word, fatal, tried);
  }

  private static RefusedCall ruled(String event, Instant at, Matcher m) {
    boolean tried = m.end(3) >= 0;
    return new RefusedCall(event, at, number(m, 1), number(m, 2), m.group(4), false, tried);
  }

  private static long number(Matcher m, int group) {
    return Long.parseLong(m.group(group));
  }

  private static Optional<Matcher> told(Pattern words, String told) {
    return Optional.of(words.matcher(told)).filter(Matcher::matches);
  }
}
