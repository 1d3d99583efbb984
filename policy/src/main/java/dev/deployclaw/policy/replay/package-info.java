/** Recorded requests replayed under an old and a new policy, and the impact of the change. */
@NullMarked
package dev.deployclaw.policy.replay;

import org.jspecify.annotations.NullMarked;
