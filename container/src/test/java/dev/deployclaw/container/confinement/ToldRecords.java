package dev.deployclaw.container.confinement;

import java.util.List;

/** A log of refusals that reads what a kernel would have told. */
public final class ToldRecords {
  private ToldRecords() {}

  public static RefusalLog log() {
    return new RefusalLog();
  }

  /** Records without their begin, each of its number's second: type, a space, text. */
  public static void tell(RefusalLog log, List<String> records) {
    for (int i = 0; i < records.size(); i++) {
      String[] parts = records.get(i).split(" ", 2);
      log.take("audit: type=%s audit(%d.000:%d): %s".formatted(parts[0], i, i, parts[1]));
    }
  }

  /**
   * A call that a filter stopped.
   *
   * @param code what the filter did, such as {@code 50000}
   */
  public static String stopped(long pid, int number, String code) {
    return ("1326 auid=1 uid=9 gid=9 ses=1 pid=%d comm=\"x\" exe=\"/x\" sig=0 arch=c000003e syscall=%d"
            + " compat=0 ip=0x7f code=0x%s")
        .formatted(pid, number, code);
  }

  /**
   * A call that failed, and of which a rule tells.
   *
   * @param key of the rule
   */
  public static String ruled(long pid, String key) {
    return ("1300 arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=7f a2=0 a3=0 items=1"
            + " ppid=1 pid=%d auid=4294967295 uid=9 gid=9 euid=9 suid=9 fsuid=9 egid=9 sgid=9"
            + " fsgid=9 tty=(none) ses=4294967295 comm=\"x\" exe=\"/x\" key=\"%s\"")
        .formatted(pid, key);
  }
}
