/**
 * The wall around an executor host's process: which rights it keeps, the command that starts it
 * without the others, and the look from inside whether they are gone.
 */
@NullMarked
package dev.deployclaw.container.confinement;

import org.jspecify.annotations.NullMarked;
