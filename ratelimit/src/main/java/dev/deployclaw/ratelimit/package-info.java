/**
 * The rate limit service: it decides each request of a gateway in Redis, by the policy sets that
 * etcd names.
 */
@NullMarked
package dev.deployclaw.ratelimit;

import org.jspecify.annotations.NullMarked;
