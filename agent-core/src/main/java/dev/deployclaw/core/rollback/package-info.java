/**
 * Rolls back to the epoch before, takes snapshots, and proves that a checkpoint can carry a
 * rollback.
 */
@NullMarked
package dev.deployclaw.core.rollback;

import org.jspecify.annotations.NullMarked;
