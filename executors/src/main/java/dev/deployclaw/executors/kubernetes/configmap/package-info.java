/**
 * ConfigMaps that the agent writes: names, annotations, contents, and the volumes that show them.
 */
@NullMarked
package dev.deployclaw.executors.kubernetes.configmap;

import org.jspecify.annotations.NullMarked;
