/** The ports: what the runtime asks of the world. Plain blocking Java; no Vert.x type. */
@NullMarked
package dev.deployclaw.core.spi;

import org.jspecify.annotations.NullMarked;
