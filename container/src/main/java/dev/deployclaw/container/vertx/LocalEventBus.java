package dev.deployclaw.container.vertx;

import dev.deployclaw.core.environment.InterruptibleFunction;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The event bus with typed addresses. A consumer runs on the context of the verticle that registers
 * it, one message after another. Any thread may send; only virtual threads may request, since a
 * request blocks.
 */
public final class LocalEventBus {
  private final EventBus bus;
  private final DeliveryOptions options =
      new DeliveryOptions().setCodecName(LocalMessageCodec.NAME).setLocalOnly(true);

  private LocalEventBus(EventBus bus) {
    this.bus = bus;
  }

  /** Once for each Vert.x. */
  public static LocalEventBus of(Vertx vertx) {
    var bus = vertx.eventBus().registerCodec(new LocalMessageCodec());
    return new LocalEventBus(bus);
  }

  /** No reply: the address has no consumer, or none came in time. */
  public static final class NoReplyException extends RuntimeException {
    private final boolean consumed;

    NoReplyException(ReplyException cause) {
      super(cause.getMessage(), cause);
      this.consumed = cause.failureType() != ReplyFailure.NO_HANDLERS;
    }

    /** Whether the address has a consumer. */
    public boolean isConsumed() {
      return consumed;
    }
  }

  /** What a responder gave or threw. */
  private sealed interface Reply {
    record Value(Object value) implements Reply {}

    record Failure(RuntimeException cause) implements Reply {}
  }

  /** Tells one consumer of the address, if there is one. */
  public <M> void send(BusAddress<M, Void> address, M message) {
    bus.send(address.name(), message, options);
  }

  /** Tells all consumers of the address. */
  public <M> void publish(BusAddress<M, Void> address, M message) {
    bus.publish(address.name(), message, options);
  }

  /** Consumes an address on the caller's context until unregistered. */
  public <M> MessageConsumer<M> consume(BusAddress<M, Void> address, Consumer<M> consumer) {
    return bus.localConsumer(address.name(), message -> consumer.accept(message.body()));
  }

  /** Answers requests to an address on threads where the responder may block. */
  public <M, R> void respond(
      BusAddress<M, R> address, Executor threads, InterruptibleFunction<M, R> responder) {
    bus.<M>localConsumer(
        address.name(), message -> threads.execute(() -> reply(message, responder)));
  }

  /**
   * Asks and waits.
   *
   * @throws NoReplyException where no reply came
   */
  public <M, R> R request(BusAddress<M, R> address, M message, Duration within)
      throws InterruptedException {
    if (Vertx.currentContext() != null) {
      throw new IllegalStateException("a reply to this context would wait until its thread ends");
    }
    var asked = new DeliveryOptions(options).setSendTimeout(within.toMillis());
    var reply = bus.<Reply>request(address.name(), message, asked);
    try {
      return switch (reply.toCompletionStage().toCompletableFuture().get().body()) {
        case Reply.Value(Object value) -> address.reply().cast(value);
        case Reply.Failure(RuntimeException cause) -> throw cause;
      };
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ReplyException none) {
        throw new NoReplyException(none);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private <M, R> void reply(Message<M> message, InterruptibleFunction<M, R> responder) {
    Reply reply;
    try {
      reply = new Reply.Value(responder.apply(message.body()));
    } catch (RuntimeException e) {
      reply = new Reply.Failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reply = new Reply.Failure(new IllegalStateException("the agent stops", e));
    }
    message.reply(reply, options);
  }

  /** Passes messages by reference. There is no wire: the event bus of an agent isn't clustered. */
  private static final class LocalMessageCodec implements MessageCodec<Object, Object> {
    static final String NAME = "local";

    @Override
    public void encodeToWire(Buffer buffer, Object message) {
      throw new UnsupportedOperationException("the event bus is local");
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
      throw new UnsupportedOperationException("the event bus is local");
    }

    @Override
    public Object transform(Object message) {
      return message;
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public byte systemCodecID() {
      return -1;
    }
  }
}
