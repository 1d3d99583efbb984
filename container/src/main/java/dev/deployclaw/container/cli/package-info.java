/** The command line: what people type, and what they read. */
@NullMarked
package dev.deployclaw.container.cli;

import org.jspecify.annotations.NullMarked;
