/**
 * Imports from other systems: descriptors of envoyproxy/ratelimit, and limits that an estate
 * already enforces (Redis keys, ConfigMaps, limit_req), adopted in shadow mode. They result in
 * policies, and in what these can't say exactly.
 */
@NullMarked
package dev.deployclaw.policy.imports;

import org.jspecify.annotations.NullMarked;
