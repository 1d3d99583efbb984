/**
 * The surroundings of every command: environment, options, streams without secrets, JSON, failures
 * with a remedy.
 */
@NullMarked
package dev.deployclaw.container.cli.console;

import org.jspecify.annotations.NullMarked;
