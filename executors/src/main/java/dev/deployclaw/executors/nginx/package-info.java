/**
 * Shared by all kinds of NGINX gateways: the folder of epochs, the desired file, and the check of
 * the file that a gateway runs.
 */
@NullMarked
package dev.deployclaw.executors.nginx;

import org.jspecify.annotations.NullMarked;
