/** Words that are refused before anything is read. */
@NullMarked
package dev.deployclaw.core.language.refusal;

import org.jspecify.annotations.NullMarked;
