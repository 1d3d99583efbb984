/**
 * Synthetic requests through the gateways' ports, to validate a change and to prove enforcement.
 */
@NullMarked
package dev.deployclaw.executors.probe;

import org.jspecify.annotations.NullMarked;
