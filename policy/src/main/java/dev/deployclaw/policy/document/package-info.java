/**
 * YAML documents as trees with line numbers, strict readers of their values, and the problems that
 * they report.
 */
@NullMarked
package dev.deployclaw.policy.document;

import org.jspecify.annotations.NullMarked;
