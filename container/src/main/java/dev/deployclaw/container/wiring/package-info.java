/** The composition root: makes the parts from the configuration and joins them. */
@NullMarked
package dev.deployclaw.container.wiring;

import org.jspecify.annotations.NullMarked;
