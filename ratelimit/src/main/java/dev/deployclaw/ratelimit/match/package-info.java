/** The limits that apply to a request under each policy set that the service holds. */
@NullMarked
package dev.deployclaw.ratelimit.match;

import org.jspecify.annotations.NullMarked;
