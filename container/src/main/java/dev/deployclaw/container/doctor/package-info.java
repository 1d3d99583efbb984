/** Asks every back end, and tries each promise that one of them may not keep. */
@NullMarked
package dev.deployclaw.container.doctor;

import org.jspecify.annotations.NullMarked;
