/** Access logs, and what a change of policy would have meant to their latest requests. */
@NullMarked
package dev.deployclaw.container.traffic;

import org.jspecify.annotations.NullMarked;
