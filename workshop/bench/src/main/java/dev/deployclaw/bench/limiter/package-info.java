/** Rate limiters that are compared, and closed and open loops of load on them. */
@NullMarked
package dev.deployclaw.bench.limiter;

import org.jspecify.annotations.NullMarked;
