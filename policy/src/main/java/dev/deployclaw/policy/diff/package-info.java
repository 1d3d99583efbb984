/** Differences between two policy sets, and whom a change reaches. */
@NullMarked
package dev.deployclaw.policy.diff;

import org.jspecify.annotations.NullMarked;
