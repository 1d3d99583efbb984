/**
 * Checks that compare limits with what was measured on the Redis nodes: clocks, latency, memory and
 * partitions.
 */
@NullMarked
package dev.deployclaw.policy.check.cluster;

import org.jspecify.annotations.NullMarked;
