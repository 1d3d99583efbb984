/**
 * Calls to executors: the ports, one call or one call to each participant, with deadlines, grants,
 * and a guard against repeated failures.
 */
@NullMarked
package dev.deployclaw.core.call;

import org.jspecify.annotations.NullMarked;
