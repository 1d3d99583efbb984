/**
 * Limits that an estate already enforces (Redis keys, ConfigMaps, limit_req), adopted in shadow
 * mode.
 */
@NullMarked
package dev.deployclaw.policy.imports.adoption;

import org.jspecify.annotations.NullMarked;
