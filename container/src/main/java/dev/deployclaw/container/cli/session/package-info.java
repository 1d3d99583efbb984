/**
 * How a command gets an agent: opened from the configuration, or offline from the files of this
 * machine.
 */
@NullMarked
package dev.deployclaw.container.cli.session;

import org.jspecify.annotations.NullMarked;
