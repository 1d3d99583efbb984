/** Parsers of access logs in the common formats. */
@NullMarked
package dev.deployclaw.policy.replay.accesslog;

import org.jspecify.annotations.NullMarked;
