/** The contract test kit: tries each promise that a plugin has to keep, at the running plugin. */
@NullMarked
package dev.deployclaw.container.plugin.contract;

import org.jspecify.annotations.NullMarked;
