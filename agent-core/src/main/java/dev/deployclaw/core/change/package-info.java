/**
 * Drives one change: the orchestrator, and the effects before the commit, after it, and on the
 * canary cohort.
 */
@NullMarked
package dev.deployclaw.core.change;

import org.jspecify.annotations.NullMarked;
