/** ConfigMaps from which services read their limits, as a participant of a change. */
@NullMarked
package dev.deployclaw.executors.kubernetes.store;

import org.jspecify.annotations.NullMarked;
