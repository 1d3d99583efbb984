/** The decision function on one Redis, called in pipelines. */
@NullMarked
package dev.deployclaw.bench.function;

import org.jspecify.annotations.NullMarked;
