/**
 * Read-only questions about the estate: status, policies, history, usage, scan, drift, and what one
 * client meets.
 */
@NullMarked
package dev.deployclaw.core.query;

import org.jspecify.annotations.NullMarked;
