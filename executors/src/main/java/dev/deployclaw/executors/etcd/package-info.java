/** etcd as the state store: the client, leader election, leases and health. */
@NullMarked
package dev.deployclaw.executors.etcd;

import org.jspecify.annotations.NullMarked;
