/** NGINX configuration files, rendered from a policy set. */
@NullMarked
package dev.deployclaw.policy.gateway.nginx;

import org.jspecify.annotations.NullMarked;
