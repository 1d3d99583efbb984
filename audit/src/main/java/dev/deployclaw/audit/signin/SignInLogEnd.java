package dev.deployclaw.audit.signin;

import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.util.Map;

/** Where a sign-in log ends. */
record SignInLogEnd(String log, LogHead head) {
  static final SignInLogEnd NONE = new SignInLogEnd("", LogHead.START);

  private static final int SHORT_HASH = 8;

  /** For JSON; empty where there is none. */
  Map<String, Object> map() {
    return log.isEmpty()
        ? Map.of()
        : Map.of("log", log, "records", head.seq(), "head", head.hash());
  }

  /** For people. */
  @Override
  public String toString() {
    String hash = head.hash().substring(0, Math.min(SHORT_HASH, head.hash().length()));
    String count = head.seq() == 1 ? "a record" : head.seq() + " records";
    return log.isEmpty() ? "none" : log + " with " + count + (hash.isEmpty() ? "" : ", " + hash);
  }
}
