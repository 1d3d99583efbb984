/** The numbers of a serving agent, for Prometheus. */
@NullMarked
package dev.deployclaw.container.metrics;

import org.jspecify.annotations.NullMarked;
