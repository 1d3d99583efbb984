/**
 * What executors share: the decorators that bound them, asking many members at once, a plain HTTP
 * exchange, and what every kind of NGINX gateway has in common.
 */
@NullMarked
package dev.deployclaw.executors.sandbox;

import org.jspecify.annotations.NullMarked;
