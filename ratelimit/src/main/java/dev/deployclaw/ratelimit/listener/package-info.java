/** The listeners of the service: addresses, access, and limits of connections and memory. */
@NullMarked
package dev.deployclaw.ratelimit.listener;

import org.jspecify.annotations.NullMarked;
