/**
 * The skill's folder and its SKILL.md: front matter, name, links, and the tools that it asks for.
 * Markdown and YAML are read strictly, with diagnostics by line numbers.
 */
@NullMarked
package dev.deployclaw.skills.sheet;

import org.jspecify.annotations.NullMarked;
