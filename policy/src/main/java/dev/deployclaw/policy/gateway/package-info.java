/** Gateway files, rendered from a policy set. */
@NullMarked
package dev.deployclaw.policy.gateway;

import org.jspecify.annotations.NullMarked;
