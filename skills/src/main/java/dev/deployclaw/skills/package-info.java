/** Finds, validates and pins skills. */
@NullMarked
package dev.deployclaw.skills;

import org.jspecify.annotations.NullMarked;
