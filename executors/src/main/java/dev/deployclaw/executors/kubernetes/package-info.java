/**
 * What of a Kubernetes cluster belongs to the estate: its gateways, its policy sources and the
 * settings.
 */
@NullMarked
package dev.deployclaw.executors.kubernetes;

import org.jspecify.annotations.NullMarked;
