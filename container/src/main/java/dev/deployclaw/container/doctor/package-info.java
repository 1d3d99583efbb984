/**
 * The checks of deployclaw doctor: asks every back end, and tests each promise that one of them may
 * not keep.
 */
@NullMarked
package dev.deployclaw.container.doctor;

import org.jspecify.annotations.NullMarked;
