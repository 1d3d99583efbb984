/** The ports of the core: executors, the state store, the bucket, and the values of a call. */
@NullMarked
package dev.deployclaw.core.spi;

import org.jspecify.annotations.NullMarked;
