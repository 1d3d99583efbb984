/** The HTTP server of the API: starts, listens and stops it, and mounts its routes. */
@NullMarked
package dev.deployclaw.container.http;

import org.jspecify.annotations.NullMarked;
