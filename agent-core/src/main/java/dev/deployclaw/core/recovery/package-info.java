/**
 * Finishes what a crashed agent left behind: open changes, and logs without an end or with lost
 * records.
 */
@NullMarked
package dev.deployclaw.core.recovery;

import org.jspecify.annotations.NullMarked;
