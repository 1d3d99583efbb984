/** Where the service listens, for whom, and how many connections it keeps. */
@NullMarked
package dev.deployclaw.ratelimit.listen;

import org.jspecify.annotations.NullMarked;
