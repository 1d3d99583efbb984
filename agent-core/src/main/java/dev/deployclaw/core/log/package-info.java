/**
 * The contract of the execution log: entries go in, sealed bytes come out, and copies lie in the
 * stream and in the bucket.
 */
@NullMarked
package dev.deployclaw.core.log;

import org.jspecify.annotations.NullMarked;
