/** The service under a steady load for a long time. */
@NullMarked
package dev.deployclaw.bench.soak;

import org.jspecify.annotations.NullMarked;
