package dev.deployclaw.container.confinement;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One record of Landlock in the kernel's log (admin-guide/LSM/landlock of the kernel). What a
 * process could choose, such as a path, is compared with known texts and never kept.
 */
sealed interface LandlockRecord {
  /** Of the ruleset that was laid, as the kernel numbers it. */
  String domain();

  Instant at();

  /** Who laid it: told once, after the first refusal. */
  record Owner(String domain, Instant at, long pid) implements LandlockRecord {}

  /**
   * What was refused.
   *
   * @param rights that lacked, such as {@code fs.read_file}
   * @param attempt which of {@link IsolationProbe}'s own attempts looks like that
   */
  record Refusal(String domain, Instant at, List<String> rights, Optional<OwnAttempt> attempt)
      implements LandlockRecord {}

  /** What {@link IsolationProbe} tries, once each, as the kernel tells it. */
  enum OwnAttempt {
    LIST_ROOT("blockers=fs.read_dir path=\"/\" .*"),
    RUN_PROGRAM("blockers=fs.execute path=\"(?:/usr)?/bin/(?:true|unshare|busybox)\" .*"),
    CONNECT("blockers=net.connect_tcp daddr=127\\.0\\.0\\.1 dest=1"),
    LISTEN("blockers=net.bind_tcp(?: saddr=127\\.0\\.0\\.1)?"),
    SIGNAL_PARENT("blockers=scope.signal .*");

    private final Pattern words;

    OwnAttempt(String words) {
      this.words = Pattern.compile(words);
    }

    private static Optional<OwnAttempt> of(String told) {
      return List.of(values()).stream().filter(a -> a.words.matcher(told).matches()).findFirst();
    }
  }

  /**
   * A message of the kernel itself: what programs write into its log has a facility, and so a first
   * number above 7.
   */
  Pattern MESSAGE =
      Pattern.compile(
          "[0-7],\\d+,\\d+,[^;\\n]*;audit: type=(1423|1424) audit\\((\\d{1,11})\\.(\\d{3}):\\d+\\):"
              + " domain=([0-9a-f]{1,16}) ([^\\n]*)(?:\\n[\\s\\S]*)?");

  Pattern OWNER = Pattern.compile("status=allocated mode=enforcing pid=(\\d{1,10}) .*");
  Pattern RIGHTS = Pattern.compile("blockers=([a-z_.,]{1,300})(?: .*)?");

  /** Empty for any other message. */
  static Optional<LandlockRecord> of(String message) {
    var found = MESSAGE.matcher(message);
    return found.matches() ? of(found) : Optional.empty();
  }

  private static Optional<LandlockRecord> of(Matcher found) {
    var at =
        Instant.ofEpochSecond(Long.parseLong(found.group(2)))
            .plusMillis(Integer.parseInt(found.group(3)));
    String domain = found.group(4);
    String told = found.group(5).strip();
    var owner = OWNER.matcher(told);
    if (owner.matches()) {
      return Optional.of(new Owner(domain, at, Long.parseLong(owner.group(1))));
    }
    var rights = RIGHTS.matcher(told);
    return rights.matches()
        ? Optional.of(
            new Refusal(domain, at, List.of(rights.group(1).split(",", -1)), OwnAttempt.of(told)))
        : Optional.empty();
  }
}
