/** etcd: the store that decides, and the policy store as a participant. */
@NullMarked
package dev.deployclaw.executors.etcd;

import org.jspecify.annotations.NullMarked;
