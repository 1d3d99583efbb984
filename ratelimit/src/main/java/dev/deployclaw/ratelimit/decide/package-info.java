/** From a gateway's question to its answer. */
@NullMarked
package dev.deployclaw.ratelimit.decide;

import org.jspecify.annotations.NullMarked;
