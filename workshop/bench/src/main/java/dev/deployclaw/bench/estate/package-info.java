/**
 * How long the agent's scan takes of Kubernetes, Docker and Redis, and how it grows with their
 * size.
 */
@NullMarked
package dev.deployclaw.bench.estate;

import org.jspecify.annotations.NullMarked;
