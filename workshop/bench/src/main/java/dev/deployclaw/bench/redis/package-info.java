/** Encoded commands sent over bare sockets. */
@NullMarked
package dev.deployclaw.bench.redis;

import org.jspecify.annotations.NullMarked;
