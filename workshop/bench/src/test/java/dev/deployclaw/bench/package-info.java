/** Runs the benchmarks at their smallest, so that they stay runnable. */
@NullMarked
package dev.deployclaw.bench;

import org.jspecify.annotations.NullMarked;
