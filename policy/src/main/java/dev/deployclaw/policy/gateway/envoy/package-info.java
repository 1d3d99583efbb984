/** The entries by which Envoy describes a request to the rate limit service. */
@NullMarked
package dev.deployclaw.policy.gateway.envoy;

import org.jspecify.annotations.NullMarked;
