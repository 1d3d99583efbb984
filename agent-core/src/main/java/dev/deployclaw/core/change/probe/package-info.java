/**
 * Proofs that an epoch is enforced: synthetic requests, heartbeats, and how many requests are
 * refused.
 */
@NullMarked
package dev.deployclaw.core.change.probe;

import org.jspecify.annotations.NullMarked;
