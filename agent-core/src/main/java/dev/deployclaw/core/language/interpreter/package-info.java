/** Reads requests: by the grammar, or by a model whose readings are judged. */
@NullMarked
package dev.deployclaw.core.language.interpreter;

import org.jspecify.annotations.NullMarked;
