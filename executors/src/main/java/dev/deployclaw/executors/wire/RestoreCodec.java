package dev.deployclaw.executors.wire;

import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.policy.json.CanonicalJson;

/** An observation as content: a canonical JSON object of lists, by participant. */
public final class RestoreCodec {
  private RestoreCodec() {}

  public static byte[] bytes(ObservedState found) {
    return CanonicalJson.bytes(found.members());
  }

  /**
   * @throws IllegalArgumentException where it isn't an observation
   */
  public static ObservedState read(byte[] bytes) {
    try {
      return new ObservedState(WireJson.lists(bytes));
    } catch (UnreadableMessageException e) {
      throw new IllegalArgumentException(e.reason(), e);
    }
  }
}
