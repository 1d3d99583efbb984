/**
 * The pure compiler: an intent and the committed policies give the target policy set, the plan and
 * its rollout.
 */
@NullMarked
package dev.deployclaw.core.compile;

import org.jspecify.annotations.NullMarked;
