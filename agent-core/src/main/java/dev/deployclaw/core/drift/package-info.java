/** Compares what is enforced with what is committed, and names each discrepancy. Pure. */
@NullMarked
package dev.deployclaw.core.drift;

import org.jspecify.annotations.NullMarked;
