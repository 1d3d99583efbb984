/**
 * Tells people and systems of what is amiss: over HTTP, one courier for each sink, from files that
 * outlive the process.
 */
@NullMarked
package dev.deployclaw.container.notify;

import org.jspecify.annotations.NullMarked;
