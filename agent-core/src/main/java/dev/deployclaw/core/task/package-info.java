/** A request: its text, its intent, and the operation. */
@NullMarked
package dev.deployclaw.core.task;

import org.jspecify.annotations.NullMarked;
