package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.json.Canonical;
import java.util.List;
import java.util.Map;

/**
 * What a repair puts back, and over what.
 *
 * @param hash SHA-256 of it: what an approval is given for
 * @param found at which members, and how they differ
 */
record RepairPlan(Base base, Standing found, String hash) {
  /** Of a member that is silent only its name counts, since how it is silent changes. */
  static RepairPlan of(Base base, Standing found) {
    var plan =
        Map.of(
            "operation", Operation.REPAIR_DRIFT.word(),
            "base_epoch", base.epoch(),
            "base_digest", base.digest(),
            "base_revision", base.revision(),
            "members", List.copyOf(found.amiss().keySet()),
            "found", found.differences());
    return new RepairPlan(base, found, Canonical.sha256(Canonical.bytes(plan)));
  }
}
