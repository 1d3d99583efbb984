/** Frames: who, where, what, how and when a request says. */
@NullMarked
package dev.deployclaw.core.language.grammar;

import org.jspecify.annotations.NullMarked;
