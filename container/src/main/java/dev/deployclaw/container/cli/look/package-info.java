/**
 * Read-only commands: what is enforced, committed, used and under way, and what a client would get.
 */
@NullMarked
package dev.deployclaw.container.cli.look;

import org.jspecify.annotations.NullMarked;
