/** Takes tasks from a work queue on NATS JetStream, and answers those who asked. */
@NullMarked
package dev.deployclaw.container.nats;

import org.jspecify.annotations.NullMarked;
