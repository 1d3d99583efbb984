/**
 * The agent's side of an executor host: connections, sealed calls, and executors that are
 * elsewhere.
 */
@NullMarked
package dev.deployclaw.executors.remote;

import org.jspecify.annotations.NullMarked;
