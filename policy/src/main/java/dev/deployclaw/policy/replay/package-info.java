/** What recorded requests would have met under one policy and under another. */
@NullMarked
package dev.deployclaw.policy.replay;

import org.jspecify.annotations.NullMarked;
