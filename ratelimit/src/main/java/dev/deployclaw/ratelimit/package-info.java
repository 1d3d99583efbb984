/**
 * The rate limit service: one small process beside gateways that decides each request in Redis by
 * the policy sets that etcd names.
 */
@NullMarked
package dev.deployclaw.ratelimit;

import org.jspecify.annotations.NullMarked;
