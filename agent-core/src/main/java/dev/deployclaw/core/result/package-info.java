/**
 * How a request or an execution ended: exit code, result, outcome, and the reports that belong to
 * them.
 */
@NullMarked
package dev.deployclaw.core.result;

import org.jspecify.annotations.NullMarked;
