/**
 * The lab's Kubernetes: an API server, and what Kubernetes' controllers and nodes do for the agent,
 * with real NGINX processes as pods.
 */
@NullMarked
package dev.deployclaw.lab.cluster;

import org.jspecify.annotations.NullMarked;
