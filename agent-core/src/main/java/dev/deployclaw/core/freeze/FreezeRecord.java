package dev.deployclaw.core.freeze;

import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.core.store.UnreadableRecordException;
import dev.deployclaw.policy.json.RecordJson;

/**
 * The value under {@link StoreKeys#FREEZE}: who turned the kill switch, and why. The key's presence
 * is what stops changes; its value is only told.
 *
 * @param since an RFC 3339 instant as it was written; empty where the value doesn't say
 */
public record FreezeRecord(String by, String reason, String since) {
  private static final String UNKNOWN = "unknown";

  public byte[] bytes() {
    return RecordJson.canonical(this);
  }

  /** Never fails: anything else that was written under the key freezes as well. */
  public static FreezeRecord read(byte[] bytes) {
    try {
      var json = StoredFields.parse(bytes);
      return new FreezeRecord(json.text("by"), json.text("reason"), json.text("since"));
    } catch (UnreadableRecordException e) {
      return new FreezeRecord(UNKNOWN, UNKNOWN, "");
    }
  }

  /** The message to a request that it stops, with the remedy. */
  public String refusal() {
    return "the kill switch is on, " + sentence() + "; lift it with: deployclaw thaw";
  }

  /** For people: "by olivia since 2026-11-24T10:00:00Z: incident 4711". */
  public String sentence() {
    return "by " + by + (since.isEmpty() ? "" : " since " + since) + ": " + reason;
  }
}
