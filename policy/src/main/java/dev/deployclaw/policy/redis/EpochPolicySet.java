package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.PolicySet;

/**
 * A policy set at its epoch.
 *
 * @param digest of the set; not computed again
 */
public record EpochPolicySet(long epoch, String digest, PolicySet set) {}
