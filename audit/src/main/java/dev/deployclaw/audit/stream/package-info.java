/** The NATS JetStream stream of records: connection, settings, limits and health. */
@NullMarked
package dev.deployclaw.audit.stream;

import org.jspecify.annotations.NullMarked;
