package dev.deployclaw.core.machine;

import dev.deployclaw.policy.json.Canonical;
import java.util.Map;

/**
 * What a person accepted: back ends named epochs and terms up to these, of which the state store,
 * restored from a backup, knows nothing. Neither is ever given out again.
 *
 * @param since an RFC 3339 instant
 */
public record Accepted(long epoch, long term, String by, String since) {
  public static final Accepted NOTHING = new Accepted(0, 0, "", "");

  public byte[] bytes() {
    return Canonical.bytes(Map.of("epoch", epoch, "term", term, "by", by, "since", since));
  }

  /**
   * @throws Unreadable when the bytes aren't what {@link #bytes()} writes
   */
  public static Accepted read(byte[] bytes) {
    var json = Fields.parse(bytes);
    return new Accepted(
        json.number("epoch"), json.number("term"), json.text("by"), json.text("since"));
  }
}
