/**
 * A change's life as a pure state machine: a state and an event give the next state and the
 * transaction that records it.
 */
@NullMarked
package dev.deployclaw.core.machine;

import org.jspecify.annotations.NullMarked;
