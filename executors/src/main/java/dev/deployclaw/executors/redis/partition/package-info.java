/**
 * An epoch's rules by the primary that owns their slots: partitioned, written in bulk, read back
 * and compared.
 */
@NullMarked
package dev.deployclaw.executors.redis.partition;

import org.jspecify.annotations.NullMarked;
