/** The service's settings, read from arguments and environment variables. */
@NullMarked
package dev.deployclaw.ratelimit.settings;

import org.jspecify.annotations.NullMarked;
