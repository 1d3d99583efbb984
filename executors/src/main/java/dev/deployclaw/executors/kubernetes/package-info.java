/** Kubernetes: topology, policies in ConfigMaps, and gateways whose pods a Deployment replaces. */
@NullMarked
package dev.deployclaw.executors.kubernetes;

import org.jspecify.annotations.NullMarked;
