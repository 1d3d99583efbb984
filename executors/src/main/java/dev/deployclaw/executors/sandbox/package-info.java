/** The decorators that bound an executor: a bulkhead, authorization and metrics. */
@NullMarked
package dev.deployclaw.executors.sandbox;

import org.jspecify.annotations.NullMarked;
