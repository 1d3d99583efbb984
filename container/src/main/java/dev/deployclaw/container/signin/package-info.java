/** Who signs in, calls, leaves or is turned away: within bounds told, counted and recorded. */
@NullMarked
package dev.deployclaw.container.signin;

import org.jspecify.annotations.NullMarked;
