/**
 * The rate limit service: it decides each request of a gateway in Redis, by the policy sets that
 * etcd names. Its HTTP routes: decisions for gateways, status and usage for the agent, health for
 * probes.
 */
@NullMarked
package dev.deployclaw.ratelimit;

import org.jspecify.annotations.NullMarked;
