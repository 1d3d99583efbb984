/** Text as the bytes that are sent and hashed, and as a line that a terminal prints. */
@NullMarked
package dev.deployclaw.policy.text;

import org.jspecify.annotations.NullMarked;
