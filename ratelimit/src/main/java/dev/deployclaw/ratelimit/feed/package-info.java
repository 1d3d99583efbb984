/** The policy sets that the service holds, read from etcd. */
@NullMarked
package dev.deployclaw.ratelimit.feed;

import org.jspecify.annotations.NullMarked;
