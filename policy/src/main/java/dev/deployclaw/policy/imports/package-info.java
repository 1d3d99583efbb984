/**
 * Results of imports from other systems: the policies made of them, and what they can't say
 * exactly.
 */
@NullMarked
package dev.deployclaw.policy.imports;

import org.jspecify.annotations.NullMarked;
