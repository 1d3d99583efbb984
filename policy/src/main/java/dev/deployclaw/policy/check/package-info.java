/** Checks that find contradictory, unreachable or risky limits in a policy set. */
@NullMarked
package dev.deployclaw.policy.check;

import org.jspecify.annotations.NullMarked;
