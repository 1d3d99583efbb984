/**
 * Records what an execution does: its log, the entries in it, and the evidence that its decisions
 * rest on.
 */
@NullMarked
package dev.deployclaw.core.journal;

import org.jspecify.annotations.NullMarked;
