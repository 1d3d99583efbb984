/** The service at its most while epochs are put in force. */
@NullMarked
package dev.deployclaw.bench.soak;

import org.jspecify.annotations.NullMarked;
