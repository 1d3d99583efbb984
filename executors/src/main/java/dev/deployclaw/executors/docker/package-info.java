/**
 * The Docker daemon: how it is reached, what its errors mean, and what runs on it; and NGINX
 * gateways in its containers, whose files are staged, checked, published and removed.
 */
@NullMarked
package dev.deployclaw.executors.docker;

import org.jspecify.annotations.NullMarked;
