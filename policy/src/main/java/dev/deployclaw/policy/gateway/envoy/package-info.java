/** What Envoy tells the rate limit service of a request. */
@NullMarked
package dev.deployclaw.policy.gateway.envoy;

import org.jspecify.annotations.NullMarked;
