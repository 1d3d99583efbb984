/** Whether a policy set makes sense where it is to be enforced: what step 3 of a run finds. */
@NullMarked
package dev.deployclaw.policy.check;

import org.jspecify.annotations.NullMarked;
