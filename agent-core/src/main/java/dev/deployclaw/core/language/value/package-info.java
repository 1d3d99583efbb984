/** Ranges of what a request may set, and what is asked back. */
@NullMarked
package dev.deployclaw.core.language.value;

import org.jspecify.annotations.NullMarked;
