/**
 * Policy documents in ConfigMaps: they are read, and written back where the configuration allows
 * it.
 */
@NullMarked
package dev.deployclaw.executors.kubernetes.source;

import org.jspecify.annotations.NullMarked;
