/** One class for each kind of effect of a change, each with one method, looked up by the kind. */
@NullMarked
package dev.deployclaw.core.change.effect;

import org.jspecify.annotations.NullMarked;
