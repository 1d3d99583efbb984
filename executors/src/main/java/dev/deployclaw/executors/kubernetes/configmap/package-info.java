/**
 * ConfigMaps that the agent writes: names, annotations, contents, and the volumes that show them;
 * and those from which services read their limits, as a participant of a change.
 */
@NullMarked
package dev.deployclaw.executors.kubernetes.configmap;

import org.jspecify.annotations.NullMarked;
