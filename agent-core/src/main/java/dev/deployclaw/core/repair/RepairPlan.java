package dev.deployclaw.core.repair;

import dev.deployclaw.core.drift.DriftReport;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.Map;

/**
 * What a repair puts back, and over what.
 *
 * @param hash SHA-256 of it: what an approval is given for
 * @param found at which members, and how they differ
 */
record RepairPlan(BaseEpoch base, DriftReport found, String hash) {
  /** Of a member that is silent only its name counts, since how it is silent changes. */
  static RepairPlan of(BaseEpoch base, DriftReport found) {
    var plan =
        Map.of(
            "operation", TaskOperation.REPAIR_DRIFT.word(),
            "base_epoch", base.epoch(),
            "base_digest", base.digest(),
            "base_revision", base.revision(),
            "members", List.copyOf(found.differing().keySet()),
            "found", found.differences());
    return new RepairPlan(base, found, CanonicalJson.sha256(CanonicalJson.bytes(plan)));
  }
}
