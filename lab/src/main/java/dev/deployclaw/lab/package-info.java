/** The small real estate on one machine, for the demo and for tests. */
@NullMarked
package dev.deployclaw.lab;

import org.jspecify.annotations.NullMarked;
