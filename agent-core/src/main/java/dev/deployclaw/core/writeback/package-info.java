/** Writes accepted changes back to the source documents. */
@NullMarked
package dev.deployclaw.core.writeback;

import org.jspecify.annotations.NullMarked;
