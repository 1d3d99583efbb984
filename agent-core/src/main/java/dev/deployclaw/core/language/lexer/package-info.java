/** Typed tokens of a request, by data files of words and patterns. */
@NullMarked
package dev.deployclaw.core.language.lexer;

import org.jspecify.annotations.NullMarked;
