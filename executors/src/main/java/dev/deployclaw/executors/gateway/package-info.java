/**
 * File gateways: NGINX processes whose configuration is switched by a symbolic link, epoch by
 * epoch.
 */
@NullMarked
package dev.deployclaw.executors.gateway;

import org.jspecify.annotations.NullMarked;
