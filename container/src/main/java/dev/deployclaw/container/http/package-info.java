/**
 * The HTTP API: who may call, what a call asks for, and how the answer is written. What is done
 * stands in {@code serve}.
 */
@NullMarked
package dev.deployclaw.container.http;

import org.jspecify.annotations.NullMarked;
