/** Validation of many tenants' policies, and the replay of an access log. */
@NullMarked
package dev.deployclaw.bench.policy;

import org.jspecify.annotations.NullMarked;
