/**
 * The agent's real code in a simulated world: one thread at a time, a clock that nobody waits for,
 * and every order of events the choice of a seed.
 */
@NullMarked
package dev.deployclaw.core.sim;

import org.jspecify.annotations.NullMarked;
