/** Who came in, left or was turned away: signed logs, one an hour, beside those of executions. */
@NullMarked
package dev.deployclaw.audit.signin;

import org.jspecify.annotations.NullMarked;
