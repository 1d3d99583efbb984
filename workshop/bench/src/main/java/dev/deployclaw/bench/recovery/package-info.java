/** How long recovery takes after agents are killed at calls of a change. */
@NullMarked
package dev.deployclaw.bench.recovery;

import org.jspecify.annotations.NullMarked;
