/** Which limits apply to a request: matching, its precedence, and the hierarchy of groups. */
@NullMarked
package dev.deployclaw.policy.match;

import org.jspecify.annotations.NullMarked;
