/** Commands that show an execution's log, follow it, or rebuild it from its copies. */
@NullMarked
package dev.deployclaw.container.cli.log;

import org.jspecify.annotations.NullMarked;
