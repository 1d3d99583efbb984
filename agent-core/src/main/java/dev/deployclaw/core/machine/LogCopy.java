package dev.deployclaw.core.machine;

import dev.deployclaw.policy.json.Canonical;
import java.util.Map;

/**
 * What stands under {@link Keys#AUDIT_COPIES}: the bucket holds an execution's records, and the
 * state store no longer does.
 *
 * @param head the object that is the copy's signed head
 * @param by who removed them from the state store
 * @param at when, in milliseconds since 1970
 */
public record LogCopy(String head, String by, long at) {
  public byte[] bytes() {
    return Canonical.bytes(Map.of("at", at, "by", by, "head", head));
  }

  /**
   * @throws Unreadable when the bytes aren't what {@link #bytes()} writes
   */
  public static LogCopy read(byte[] bytes) {
    var json = Fields.parse(bytes);
    return new LogCopy(json.text("head"), json.text("by"), json.number("at"));
  }
}
