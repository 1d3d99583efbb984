/** The kill switch: a person turns it, or the agent does after repeated refusals at the sandbox. */
@NullMarked
package dev.deployclaw.core.freeze;

import org.jspecify.annotations.NullMarked;
