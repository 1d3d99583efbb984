/** Asks the back ends that every change needs whether they answer. */
@NullMarked
package dev.deployclaw.container.health;

import org.jspecify.annotations.NullMarked;
