@NullMarked
package dev.deployclaw.core.spi;

import org.jspecify.annotations.NullMarked;
