package dev.deployclaw.core.machine;

import dev.deployclaw.policy.json.Canonical;
import java.util.Map;

/**
 * What is committed: the one key that decides. Every enforcement point moves to it or is already
 * there.
 *
 * @param change the execution that committed it
 * @param term of the leader that committed it
 * @param predecessor the epoch that was committed before; 0 is what was found before the first
 */
public record Active(long epoch, String digest, String change, long term, long predecessor) {
  public byte[] bytes() {
    return Canonical.bytes(
        Map.of(
            "epoch", epoch,
            "digest", digest,
            "change", change,
            "term", term,
            "predecessor", predecessor));
  }

  /**
   * @throws Unreadable when the bytes aren't what {@link #bytes()} writes
   */
  public static Active read(byte[] bytes) {
    var json = Fields.parse(bytes);
    return new Active(
        json.number("epoch"),
        json.text("digest"),
        json.text("change"),
        json.number("term"),
        json.number("predecessor"));
  }
}
