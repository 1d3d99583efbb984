/**
 * Leader election: how an agent takes the lease, who leads now, and the condition that compares the
 * current term.
 */
@NullMarked
package dev.deployclaw.core.election;

import org.jspecify.annotations.NullMarked;
