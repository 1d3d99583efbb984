/** The allowlist of operations, and the grants without which no executor acts. */
@NullMarked
package dev.deployclaw.core.grant;

import org.jspecify.annotations.NullMarked;
