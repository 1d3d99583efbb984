/**
 * Lets calls in: authenticates and authorises the caller, rejects foreign origins, and dispatches
 * to the route.
 */
@NullMarked
package dev.deployclaw.container.http.access;

import org.jspecify.annotations.NullMarked;
