/** Envoy's rate limit protocol, version 3, over gRPC. */
@NullMarked
package dev.deployclaw.ratelimit.envoy;

import org.jspecify.annotations.NullMarked;
