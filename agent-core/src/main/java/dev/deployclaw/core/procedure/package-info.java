/**
 * The procedure that a skill prescribes for an operation, and the order of phases that no skill can
 * change.
 */
@NullMarked
package dev.deployclaw.core.procedure;

import org.jspecify.annotations.NullMarked;
