package dev.deployclaw.policy.match;

import dev.deployclaw.policy.model.Limit;

/**
 * A limit that a request must pass.
 *
 * @param owner the tenant or group in whose policy the limit stands
 */
public record AppliedLimit(String owner, Limit limit) {}
