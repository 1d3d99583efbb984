/** What changes between two policy sets, and whom it reaches. */
@NullMarked
package dev.deployclaw.policy.diff;

import org.jspecify.annotations.NullMarked;
