/** Who a request's bearer token says that it is from. */
@NullMarked
package dev.deployclaw.ratelimit.token;

import org.jspecify.annotations.NullMarked;
