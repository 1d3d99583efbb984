/** Plugins: executor hosts of somebody else's that the operator admits by their hashes. */
@NullMarked
package dev.deployclaw.container.plugin;

import org.jspecify.annotations.NullMarked;
