/**
 * The agent for other agents: a server of the Model Context Protocol, over HTTP and over standard
 * input and output.
 */
@NullMarked
package dev.deployclaw.container.mcp;

import org.jspecify.annotations.NullMarked;
