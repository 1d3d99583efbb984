/** Commands that run and set up the agent: serve, health, doctor, config and skills. */
@NullMarked
package dev.deployclaw.container.cli.admin;

import org.jspecify.annotations.NullMarked;
