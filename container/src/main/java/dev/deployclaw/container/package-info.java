/** The agent's process. */
@NullMarked
package dev.deployclaw.container;

import org.jspecify.annotations.NullMarked;
