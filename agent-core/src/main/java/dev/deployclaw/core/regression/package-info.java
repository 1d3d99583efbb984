/** Finds out whether a back end is ahead of a state store that was restored from a backup. */
@NullMarked
package dev.deployclaw.core.regression;

import org.jspecify.annotations.NullMarked;
