/** Envoy bootstrap files, rendered from a policy set. */
@NullMarked
package dev.deployclaw.policy.gateway.envoy;

import org.jspecify.annotations.NullMarked;
