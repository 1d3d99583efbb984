/**
 * How a change becomes live everywhere or nowhere, as a pure function: (state, event) gives the
 * next state and the one transaction that records it. No thread, clock, randomness or network in
 * here, and of policies only bytes and digests. Start with {@link
 * dev.deployclaw.core.machine.ExecutionMachine}.
 */
@NullMarked
package dev.deployclaw.core.machine;

import org.jspecify.annotations.NullMarked;
