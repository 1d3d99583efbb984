/** Real etcd, NATS, NGINX and S3 servers for tests, and their certificates. */
@NullMarked
package dev.deployclaw.testkit.server;

import org.jspecify.annotations.NullMarked;
