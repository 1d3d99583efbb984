/** Readers of etcd, Redis, S3, NATS and Kubernetes over their own protocols, with the JDK alone. */
@NullMarked
package dev.deployclaw.lab.judge.protocol;

import org.jspecify.annotations.NullMarked;
