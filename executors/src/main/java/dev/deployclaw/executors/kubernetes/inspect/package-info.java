/** A read-only view of a cluster: its namespaces with their Deployments, pods and services. */
@NullMarked
package dev.deployclaw.executors.kubernetes.inspect;

import org.jspecify.annotations.NullMarked;
