/**
 * The test of non-interference: whether text that stands somewhere in an estate makes the agent do
 * anything that it wouldn't do without it.
 */
@NullMarked
package dev.deployclaw.lab.guard;

import org.jspecify.annotations.NullMarked;
