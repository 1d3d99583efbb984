/** Tasks on their way to the agent: accepted, kept, queued. */
@NullMarked
package dev.deployclaw.container.intake;

import org.jspecify.annotations.NullMarked;
