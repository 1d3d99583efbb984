/** What the agent is given from outside: its settings and its clock. */
@NullMarked
package dev.deployclaw.core.environment;

import org.jspecify.annotations.NullMarked;
