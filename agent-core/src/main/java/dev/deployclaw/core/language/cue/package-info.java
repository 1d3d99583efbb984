/** Words that bind an order wherever they stand: conditions, exceptions, denials, doubts. */
@NullMarked
package dev.deployclaw.core.language.cue;

import org.jspecify.annotations.NullMarked;
