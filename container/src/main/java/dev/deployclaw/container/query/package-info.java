/** Questions to a serving agent: its executions, their logs, the estate. */
@NullMarked
package dev.deployclaw.container.query;

import org.jspecify.annotations.NullMarked;
