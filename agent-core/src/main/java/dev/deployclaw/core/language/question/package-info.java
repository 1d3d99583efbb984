/** Questions about the estate: which look they ask for, of whom. */
@NullMarked
package dev.deployclaw.core.language.question;

import org.jspecify.annotations.NullMarked;
