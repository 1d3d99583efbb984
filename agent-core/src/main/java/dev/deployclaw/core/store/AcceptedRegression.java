package dev.deployclaw.core.store;

import dev.deployclaw.policy.json.RecordJson;

/**
 * What a person accepted: back ends named epochs and terms up to these, of which the state store,
 * restored from a backup, knows nothing. Neither is ever given out again.
 *
 * @param since an RFC 3339 instant
 */
public record AcceptedRegression(long epoch, long term, String by, String since) {
  public static final AcceptedRegression NOTHING = new AcceptedRegression(0, 0, "", "");

  public byte[] bytes() {
    return RecordJson.canonical(this);
  }

  /**
   * @throws UnreadableRecordException when the bytes aren't what {@link #bytes()} writes
   */
  public static AcceptedRegression read(byte[] bytes) {
    var json = StoredFields.parse(bytes);
    return new AcceptedRegression(
        json.number("epoch"), json.number("term"), json.text("by"), json.text("since"));
  }
}
