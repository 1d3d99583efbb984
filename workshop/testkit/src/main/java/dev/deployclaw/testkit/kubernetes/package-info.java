/**
 * An API server of Kubernetes on one machine, for tests and for the lab. Of server-side apply it
 * knows who owns which fields of an object, and what follows when they are written.
 */
@NullMarked
package dev.deployclaw.testkit.kubernetes;

import org.jspecify.annotations.NullMarked;
