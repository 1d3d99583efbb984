/** What the agent adds to Vert.x: typed addresses of a local event bus, and periodic tasks. */
@NullMarked
package dev.deployclaw.container.vertx;

import org.jspecify.annotations.NullMarked;
