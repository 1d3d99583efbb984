/** Text as the bytes that are sent and hashed. */
@NullMarked
package dev.deployclaw.policy.text;

import org.jspecify.annotations.NullMarked;
