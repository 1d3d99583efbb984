/**
 * What a plugin jar implements. This package and the JDK are all of the agent that its classes see.
 */
@NullMarked
package dev.deployclaw.skills.plugin;

import org.jspecify.annotations.NullMarked;
