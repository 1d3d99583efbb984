package dev.deployclaw.container.vertx;

/**
 * An address of the event bus with the types of its message and its reply. Both are immutable: the
 * bus passes them by reference, and never leaves the process.
 *
 * @param <M> the message
 * @param <R> the reply; {@link Void} where no sender waits for one
 */
public record BusAddress<M, R>(String name, Class<M> message, Class<R> reply) {}
