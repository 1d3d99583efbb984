/** The policy store in etcd: whole policy sets by epoch, as a participant of a change. */
@NullMarked
package dev.deployclaw.executors.etcd.policy;

import org.jspecify.annotations.NullMarked;
