/**
 * Carries requests out: asks the machine what to do, does it through executors, and records each
 * state with its thought in one transaction. {@link dev.deployclaw.core.runtime.Architect} is the
 * way in.
 */
@NullMarked
package dev.deployclaw.core.runtime;

import org.jspecify.annotations.NullMarked;
