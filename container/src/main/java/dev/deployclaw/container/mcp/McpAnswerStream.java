package dev.deployclaw.container.mcp;

import dev.deployclaw.container.config.secret.SecretRegistry;
import io.modelcontextprotocol.modern.JsonRpc.JSONRPCMessage;
import io.modelcontextprotocol.modern.McpHttp;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * One answer as server-sent events. A comment at each heartbeat keeps it open, as long as its
 * caller is known. A client that leaves ends its own waiting, not the task.
 */
final class McpAnswerStream {
  private final RoutingContext exchange;
  private final Context context;
  private final Duration heartbeat;
  private final BooleanSupplier known;
  private final AtomicBoolean left = new AtomicBoolean();
  private final Sinks.Empty<Void> gone = Sinks.empty();

  McpAnswerStream(
      RoutingContext exchange, Context context, Duration heartbeat, BooleanSupplier known) {
    this.exchange = exchange;
    this.context = context;
    this.heartbeat = heartbeat;
    this.known = known;
    exchange.addEndHandler(_ -> leave());
  }

  boolean isOpen() {
    return !left.get();
  }

  /** Returns when all is sent, or the client has left. On a virtual thread. */
  void send(Flux<JSONRPCMessage> messages) {
    context.runOnContext(_ -> begin());
    try {
      var _ =
          messages
              .takeUntilOther(gone.asMono())
              .doOnNext(message ->
                  write(
                      "event: %s\ndata: %s\n\n"
                          .formatted(McpHttp.MESSAGE_EVENT, ToolAnswers.text(message))))
              .blockLast();
    } finally {
      context.runOnContext(_ -> end());
    }
  }

  private void begin() {
    exchange
        .response()
        .setChunked(true)
        .putHeader("Content-Type", McpHttp.MediaTypes.TEXT_EVENT_STREAM)
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no");
    long timer = context.owner().setPeriodic(heartbeat.toMillis(), _ -> beat());
    exchange.addEndHandler(_ -> context.owner().cancelTimer(timer));
  }

  private void beat() {
    if (known.getAsBoolean()) {
      write(": alive\n\n");
    } else {
      end();
    }
  }

  private void write(String text) {
    context.runOnContext(_ -> {
      if (isOpen() && !exchange.response().ended()) {
        var _ = exchange.response().write(SecretRegistry.hidden(text));
      }
    });
  }

  private void end() {
    if (!exchange.response().ended() && !exchange.response().closed()) {
      var _ = exchange.response().end();
    }
  }

  private void leave() {
    left.set(true);
    var _ = gone.tryEmitEmpty();
  }
}
