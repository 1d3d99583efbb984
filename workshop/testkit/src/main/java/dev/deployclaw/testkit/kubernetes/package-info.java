/** An API server of Kubernetes on one machine, for tests and for the lab. */
@NullMarked
package dev.deployclaw.testkit.kubernetes;

import org.jspecify.annotations.NullMarked;
