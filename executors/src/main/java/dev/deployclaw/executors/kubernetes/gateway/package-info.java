/**
 * Changes to gateways in Kubernetes: stage, publish, converge and collect the ConfigMaps of an
 * epoch.
 */
@NullMarked
package dev.deployclaw.executors.kubernetes.gateway;

import org.jspecify.annotations.NullMarked;
