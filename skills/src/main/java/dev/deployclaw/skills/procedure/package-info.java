/** Turns the steps block of a skill into a procedure, and checks the order of its phases. */
@NullMarked
package dev.deployclaw.skills.procedure;

import org.jspecify.annotations.NullMarked;
