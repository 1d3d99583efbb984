/**
 * Findings of checks: their kinds, severities and thresholds, and the measurements that they rest
 * on.
 */
@NullMarked
package dev.deployclaw.policy.finding;

import org.jspecify.annotations.NullMarked;
