/** Canonical JSON: one spelling for one value, so that bytes can be hashed, compared and signed. */
@NullMarked
package dev.deployclaw.policy.json;

import org.jspecify.annotations.NullMarked;
