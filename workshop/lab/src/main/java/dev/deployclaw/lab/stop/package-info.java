/** Stops the agent at a named call, before or after it, so that a test can kill it there. */
@NullMarked
package dev.deployclaw.lab.stop;

import org.jspecify.annotations.NullMarked;
