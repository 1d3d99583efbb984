/** Envoy's rate limit protocol, version 3, over gRPC. */
@NullMarked
package dev.deployclaw.ratelimit.rls;

import org.jspecify.annotations.NullMarked;
