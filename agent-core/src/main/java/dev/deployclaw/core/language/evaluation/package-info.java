/** Requests with what must come of them, and how well an interpreter does on them. */
@NullMarked
package dev.deployclaw.core.language.evaluation;

import org.jspecify.annotations.NullMarked;
