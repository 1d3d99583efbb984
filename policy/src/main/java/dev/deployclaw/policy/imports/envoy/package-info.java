/** Descriptors of envoyproxy/ratelimit, imported as policies. */
@NullMarked
package dev.deployclaw.policy.imports.envoy;

import org.jspecify.annotations.NullMarked;
