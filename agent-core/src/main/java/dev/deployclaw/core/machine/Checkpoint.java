package dev.deployclaw.core.machine;

import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.core.store.UnreadableRecordException;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.Map;

/**
 * Proof that the rollback exists.
 *
 * @param object its name in the object store, which holds its hash
 * @param sha256 of the object's bytes
 * @param fingerprint SHA-256 over each observed member's digest: what an approval is compared with
 * @param stored false when the object store could not be reached, which only a rollback survives
 */
public record Checkpoint(String object, String sha256, String fingerprint, boolean stored) {
  /**
   * The change of which a marker is.
   *
   * @throws UnreadableRecordException when the bytes aren't what {@link #marker} writes
   */
  public static String change(byte[] marker) {
    return StoredFields.parse(marker).text("change");
  }

  /** The marker in the state store. */
  public byte[] marker(ChangeExecution of) {
    return CanonicalJson.bytes(
        Map.of(
            "change", of.id(),
            "epoch", of.epoch(),
            "base_epoch", of.base().epoch(),
            "base_digest", of.base().digest(),
            "s3", stored ? object : "pending",
            "sha256", sha256));
  }
}
