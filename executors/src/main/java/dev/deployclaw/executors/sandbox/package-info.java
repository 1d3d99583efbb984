/**
 * What all executors share: the decorators that bound them, asking many members at once, and a
 * plain HTTP exchange.
 */
@NullMarked
package dev.deployclaw.executors.sandbox;

import org.jspecify.annotations.NullMarked;
