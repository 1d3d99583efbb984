/** Text as bytes that are sent and hashed, and as a line that is safe to print on a terminal. */
@NullMarked
package dev.deployclaw.policy.text;

import org.jspecify.annotations.NullMarked;
