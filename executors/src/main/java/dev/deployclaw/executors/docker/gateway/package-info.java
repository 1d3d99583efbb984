/** NGINX gateways in Docker containers: their files are staged, checked, published and removed. */
@NullMarked
package dev.deployclaw.executors.docker.gateway;

import org.jspecify.annotations.NullMarked;
