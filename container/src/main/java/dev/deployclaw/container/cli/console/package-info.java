/**
 * What every command reads from and prints to: environment, options, streams without secrets, JSON,
 * failures with a remedy.
 */
@NullMarked
package dev.deployclaw.container.cli.console;

import org.jspecify.annotations.NullMarked;
