/** The executor host: its program, its supervisor in the agent, and the agent's way to it. */
@NullMarked
package dev.deployclaw.container.host;

import org.jspecify.annotations.NullMarked;
