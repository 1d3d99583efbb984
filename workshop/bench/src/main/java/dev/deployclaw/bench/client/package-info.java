/** The service's Redis client against the libraries that it could be. */
@NullMarked
package dev.deployclaw.bench.client;

import org.jspecify.annotations.NullMarked;
