/**
 * Read-only views of Redis nodes: contents, measurements, configuration, counters and keys of
 * others.
 */
@NullMarked
package dev.deployclaw.executors.redis.inspect;

import org.jspecify.annotations.NullMarked;
