/** Reads Markdown and YAML strictly, and collects diagnostics with line numbers. */
@NullMarked
package dev.deployclaw.skills.text;

import org.jspecify.annotations.NullMarked;
