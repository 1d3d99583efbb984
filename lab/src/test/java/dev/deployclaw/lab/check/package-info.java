/** Says what stands in a lab, by means that have nothing to do with the agent. */
@NullMarked
package dev.deployclaw.lab.check;

import org.jspecify.annotations.NullMarked;
