/**
 * NGINX configuration and Envoy bootstrap files, rendered from a policy set, and what they share:
 * the site, the edge policy, path rules and unsupported settings.
 */
@NullMarked
package dev.deployclaw.policy.gateway;

import org.jspecify.annotations.NullMarked;
