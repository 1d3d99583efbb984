/** The agent as a server: its verticles, what they work with, and what they watch. */
@NullMarked
package dev.deployclaw.container.server;

import org.jspecify.annotations.NullMarked;
