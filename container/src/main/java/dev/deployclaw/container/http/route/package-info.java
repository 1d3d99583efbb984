/**
 * The operations of the API: tasks, executions, freeze, event streams, and the state of agent and
 * estate.
 */
@NullMarked
package dev.deployclaw.container.http.route;

import org.jspecify.annotations.NullMarked;
