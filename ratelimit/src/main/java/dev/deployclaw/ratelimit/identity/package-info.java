/** Who sends a request, and which tenant it belongs to. */
@NullMarked
package dev.deployclaw.ratelimit.identity;

import org.jspecify.annotations.NullMarked;
