/**
 * Limits of other systems, read into policy documents. What a policy can't say exactly is listed,
 * never left out in silence.
 */
@NullMarked
package dev.deployclaw.policy.imports;

import org.jspecify.annotations.NullMarked;
