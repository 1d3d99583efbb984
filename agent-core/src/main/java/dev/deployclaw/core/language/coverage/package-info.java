/** Whether a reading says all that a request says, and nothing else. */
@NullMarked
package dev.deployclaw.core.language.coverage;

import org.jspecify.annotations.NullMarked;
