/**
 * The SKILL.md engine: read, validate, discover, pin, and turn a skill's steps into a procedure.
 */
@NullMarked
package dev.deployclaw.skills;

import org.jspecify.annotations.NullMarked;
