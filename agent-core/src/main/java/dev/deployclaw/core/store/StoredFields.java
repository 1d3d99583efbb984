package dev.deployclaw.core.store;

import dev.deployclaw.policy.json.StrictJsonObject;

/** Reads stored JSON objects; a missing field or one of another type is an error. */
public final class StoredFields {
  private StoredFields() {}

  public static StrictJsonObject parse(byte[] bytes) {
    return StrictJsonObject.parse("a stored record", bytes, UnreadableRecordException::new);
  }
}
