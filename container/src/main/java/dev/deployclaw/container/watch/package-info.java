/**
 * What the agent knows of its enforcement points between changes: how each stands, what is amiss,
 * and since when. Knows nothing of HTTP, nor of who is told.
 */
@NullMarked
package dev.deployclaw.container.watch;

import org.jspecify.annotations.NullMarked;
