/** Drives one change: asks the machine for the next effect, has it performed, and records it. */
@NullMarked
package dev.deployclaw.core.change;

import org.jspecify.annotations.NullMarked;
