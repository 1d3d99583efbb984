package dev.deployclaw.core.repair;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.store.StoredFields;
import dev.deployclaw.core.store.UnreadableRecordException;
import dev.deployclaw.policy.json.RecordJson;
import java.util.List;

/**
 * A repair that waits for an approval. Stored under {@code held-repair/<id>}, so it outlives
 * processes and machines. A repair opens no change, so it isn't one of those.
 *
 * @param id the execution's
 * @param why it waits, for people
 * @param planHash SHA-256 of what it would put back, and at whom
 * @param baseRevision of {@code active} on which it was planned
 * @param untilMillis when it expires, in milliseconds since 1970
 * @param approval rules of the gate that say who may approve it, and how, by name
 * @param found members that differ, and how; cut to a bound
 */
public record HeldRepair(
    String id,
    String requester,
    String why,
    @JsonProperty("plan") String planHash,
    long baseRevision,
    long untilMillis,
    List<String> approval,
    List<String> found) {
  public HeldRepair {
    approval = List.copyOf(approval);
    found = List.copyOf(found);
  }

  public byte[] bytes() {
    return RecordJson.canonical(this);
  }

  /**
   * @throws UnreadableRecordException when the bytes aren't what {@link #bytes()} writes
   */
  public static HeldRepair read(byte[] bytes) {
    var json = StoredFields.parse(bytes);
    return new HeldRepair(
        json.text("id"),
        json.text("requester"),
        json.text("why"),
        json.text("plan"),
        json.number("base_revision"),
        json.number("until_ms"),
        json.texts("approval"),
        json.texts("found"));
  }

  /** As the gate sees it. */
  public GatePolicy.PendingApproval waiting() {
    return new GatePolicy.PendingApproval(id, requester, planHash, why, approval);
  }
}
