/**
 * The composition root: builds the executors and stores from the configuration and joins them to
 * one agent.
 */
@NullMarked
package dev.deployclaw.container.wiring;

import org.jspecify.annotations.NullMarked;
