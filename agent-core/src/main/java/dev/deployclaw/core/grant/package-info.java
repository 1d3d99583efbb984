/**
 * The line between proposing and doing: which class of effect each operation has, and the grants
 * without which no executor acts.
 */
@NullMarked
package dev.deployclaw.core.grant;

import org.jspecify.annotations.NullMarked;
