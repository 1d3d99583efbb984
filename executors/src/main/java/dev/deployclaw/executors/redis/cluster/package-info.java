/** The client of the Redis cluster: connections, pipelines, the RESP protocol and the topology. */
@NullMarked
package dev.deployclaw.executors.redis.cluster;

import org.jspecify.annotations.NullMarked;
