package dev.deployclaw.core.store;

import dev.deployclaw.policy.json.RecordJson;

/**
 * The value under {@link StoreKeys#AUDIT_COPIES}: the bucket holds an execution's records, and the
 * state store no longer does.
 *
 * @param head the object that is the copy's signed head
 * @param by who removed them from the state store
 * @param at when, in milliseconds since 1970
 */
public record ArchivedLogMarker(String head, String by, long at) {
  public byte[] bytes() {
    return RecordJson.canonical(this);
  }

  /**
   * @throws UnreadableRecordException when the bytes aren't what {@link #bytes()} writes
   */
  public static ArchivedLogMarker read(byte[] bytes) {
    var json = StoredFields.parse(bytes);
    return new ArchivedLogMarker(json.text("head"), json.text("by"), json.number("at"));
  }
}
