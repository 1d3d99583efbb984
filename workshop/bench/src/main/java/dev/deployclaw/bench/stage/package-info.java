/** The stage and prepare phases on Redis against redis-cli and bare sockets. */
@NullMarked
package dev.deployclaw.bench.stage;

import org.jspecify.annotations.NullMarked;
