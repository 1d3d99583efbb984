package dev.deployclaw.container.confinement;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One record of the audit about Landlock (admin-guide/LSM/landlock of the kernel). What a process
 * could choose, such as a path, is compared with known texts and never kept.
 */
public sealed interface LandlockRecord {
  /** Of the audit, time and number: records of one have it in common. */
  String event();

  /** Who laid a ruleset, which the kernel numbers: told once, after its first refusal. */
  record Owner(String event, Instant at, String domain, long pid) implements LandlockRecord {}

  /**
   * What a ruleset refused.
   *
   * @param rights that lacked, such as {@code fs.read_file}
   */
  record Refusal(String event, Instant at, String domain, List<String> rights)
      implements LandlockRecord {}

  /** Which process made the system call of an event. */
  record Caller(String event, Instant at, long pid) implements LandlockRecord {}

  Pattern MESSAGE =
      Pattern.compile(
          "audit: type=(1300|1423|1424) audit\\((\\d{1,11})\\.(\\d{3}):(\\d+)\\): ([^\\n\\x00]*)"
              + "[\\s\\S]*");

  Pattern OWNER =
      Pattern.compile("domain=([0-9a-f]{1,16}) status=allocated mode=enforcing pid=(\\d{1,10}) .*");
  Pattern REFUSAL = Pattern.compile("domain=([0-9a-f]{1,16}) (blockers=([a-z_.,]{1,300})(?: .*)?)");

  /** The JDK asks so for the start of each process that it starts; it is for all to read. */
  Pattern HARMLESS = Pattern.compile("blockers=fs\\.read_file path=\"/proc/\\d+/stat\" .*");

  Pattern CALLER = Pattern.compile("arch=[0-9a-f]+ syscall=.*? ppid=\\d+ pid=(\\d{1,10}) auid=.*");

  /** Empty for any other message. */
  static Optional<LandlockRecord> of(String message) {
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
      case "1300" -> told(CALLER, told).map(m -> new Caller(event, at, Long.parseLong(m.group(1))));
      case "1424" ->
          told(OWNER, told).map(m -> new Owner(event, at, m.group(1), Long.parseLong(m.group(2))));
      default ->
          told(REFUSAL, told)
              .filter(m -> !HARMLESS.matcher(m.group(2)).matches())
              .map(m -> new Refusal(event, at, m.group(1), List.of(m.group(3).split(",", -1))));
    };
  }

  private static Optional<Matcher> told(Pattern words, String told) {
    return Optional.of(words.matcher(told)).filter(Matcher::matches);
  }
}
