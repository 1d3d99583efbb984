/**
 * The service's HTTP routes: decisions for gateways, status and usage for the agent, health for
 * probes.
 */
@NullMarked
package dev.deployclaw.ratelimit.http;

import org.jspecify.annotations.NullMarked;
