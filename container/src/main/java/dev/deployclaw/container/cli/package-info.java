/**
 * Joins all commands into one command line, finds commands that other jars add, and runs the one
 * that was called.
 */
@NullMarked
package dev.deployclaw.container.cli;

import org.jspecify.annotations.NullMarked;
