/** What a decision costs: the function library against INCR, the service against Bucket4j. */
@NullMarked
package dev.deployclaw.bench.decision;

import org.jspecify.annotations.NullMarked;
