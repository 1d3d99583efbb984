/** File gateways: NGINX processes whose file is switched by a link, epoch by epoch. */
@NullMarked
package dev.deployclaw.executors.gateway;

import org.jspecify.annotations.NullMarked;
