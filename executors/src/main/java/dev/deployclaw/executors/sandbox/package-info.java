/** The decorators that bound an executor: a bulkhead, authorization, metrics and a time limit. */
@NullMarked
package dev.deployclaw.executors.sandbox;

import org.jspecify.annotations.NullMarked;
