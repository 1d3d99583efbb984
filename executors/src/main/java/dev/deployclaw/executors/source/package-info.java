/**
 * Policy documents in folders: they are read, and written back where the configuration allows it.
 */
@NullMarked
package dev.deployclaw.executors.source;

import org.jspecify.annotations.NullMarked;
