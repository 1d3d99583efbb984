/**
 * The journal of executions on disk: append, read, follow, and compare with the stream and the
 * bucket.
 */
@NullMarked
package dev.deployclaw.audit.journal;

import org.jspecify.annotations.NullMarked;
