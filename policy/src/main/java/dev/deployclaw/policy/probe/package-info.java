/** Synthetic requests: which to send, and what each must be answered. Pure. */
@NullMarked
package dev.deployclaw.policy.probe;

import org.jspecify.annotations.NullMarked;
