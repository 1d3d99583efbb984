package dev.deployclaw.container.approval;

import dev.deployclaw.container.intake.ApprovalDecision;
import java.util.Optional;

/**
 * A person's decision as it came.
 *
 * @param shown the hash of what the person saw; empty where that isn't said
 * @param place where it was taken, as a sentence goes on
 */
public record HoldVote(ApprovalDecision decision, Optional<String> shown, String place) {}
