/**
 * How much one caller, one network and unknown callers may use of the API: rate, concurrency and
 * connections.
 */
@NullMarked
package dev.deployclaw.container.http.limit;

import org.jspecify.annotations.NullMarked;
