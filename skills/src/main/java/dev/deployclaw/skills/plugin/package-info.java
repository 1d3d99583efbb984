/**
 * The interface that a plugin jar implements. Nothing else may lie in this package: the plugin's
 * class loader shows it to plugins.
 */
@NullMarked
package dev.deployclaw.skills.plugin;

import org.jspecify.annotations.NullMarked;
