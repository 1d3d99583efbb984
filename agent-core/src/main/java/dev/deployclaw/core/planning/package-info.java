/**
 * From a request to a plan: looks at the estate, compiles the intent, compares and checks. Nothing
 * is written.
 */
@NullMarked
package dev.deployclaw.core.planning;

import org.jspecify.annotations.NullMarked;
