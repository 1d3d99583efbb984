/**
 * The rules of the process: which state and which decision may follow which, and on what evidence.
 */
@NullMarked
package dev.deployclaw.audit.verify.rule;

import org.jspecify.annotations.NullMarked;
