/** The gateways of a cluster as the API shows them, and what their volumes should show. */
@NullMarked
package dev.deployclaw.executors.kubernetes.fleet;

import org.jspecify.annotations.NullMarked;
