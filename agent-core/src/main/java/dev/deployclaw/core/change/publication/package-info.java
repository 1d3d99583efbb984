/** Publishes an epoch to all members, and waits until each acts on it. */
@NullMarked
package dev.deployclaw.core.change.publication;

import org.jspecify.annotations.NullMarked;
