/**
 * The rate-limit policy as people write it: values without behaviour beyond their own invariants.
 */
@NullMarked
package dev.deployclaw.policy.model;

import org.jspecify.annotations.NullMarked;
