/** What it costs that executors are in another process. */
@NullMarked
package dev.deployclaw.bench.wall;

import org.jspecify.annotations.NullMarked;
