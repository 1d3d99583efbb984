/** Synthetic requests: which to send, and the answer that each must get. */
@NullMarked
package dev.deployclaw.policy.probe;

import org.jspecify.annotations.NullMarked;
