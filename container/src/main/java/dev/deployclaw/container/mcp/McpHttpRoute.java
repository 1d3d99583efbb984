package dev.deployclaw.container.mcp;

import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.http.access.RequestAuthorizer;
import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ApiCaller;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.http.limit.ConcurrencyLimiter;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.modern.JsonRpc;
import io.modelcontextprotocol.modern.JsonRpc.JSONRPCNotification;
import io.modelcontextprotocol.modern.JsonRpc.JSONRPCRequest;
import io.modelcontextprotocol.modern.JsonRpc.JSONRPCResponse;
import io.modelcontextprotocol.modern.McpSchema.ErrorCodes;
import io.modelcontextprotocol.modern.server.McpHeaders;
import io.modelcontextprotocol.modern.server.McpRequestManager;
import io.modelcontextprotocol.modern.server.McpTransportResponse;
import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The streamable HTTP transport of MCP (revision 2026-07-28) on Vert.x, which the SDK has for
 * servlets alone. It keeps nothing between calls. A call is admitted as one of the API; here it is
 * read and answered on a virtual thread, no more than so many at once, for all and for each caller.
 */
public final class McpHttpRoute {
  public static final String PATH = "/mcp";

  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);

  private static final Map<Integer, Integer> STATUSES =
      Map.of(
          ErrorCodes.PARSE_ERROR, 400,
          ErrorCodes.INVALID_REQUEST, 400,
          ErrorCodes.INVALID_PARAMS, 400,
          ErrorCodes.HEADER_MISMATCH, 400,
          ErrorCodes.MISSING_REQUIRED_CLIENT_CAPABILITY, 400,
          ErrorCodes.UNSUPPORTED_PROTOCOL_VERSION, 400,
          ErrorCodes.METHOD_NOT_FOUND, 404);

  private final McpRequestManager server;
  private final Executor threads;
  private final RequestAuthorizer guard;
  private final ServerConfig.Bounds bounds;
  private final ConcurrencyLimiter open;

  /**
   * @param threads where answering blocks
   * @param guard is asked again and again whether a caller that waits is still known
   */
  public McpHttpRoute(
      McpRequestManager server,
      Executor threads,
      RequestAuthorizer guard,
      ServerConfig.Bounds bounds) {
    this.server = server;
    this.threads = threads;
    this.guard = guard;
    this.bounds = bounds;
    this.open = new ConcurrencyLimiter(bounds.streams(), bounds.shares().streams());
  }

  /**
   * @param needs empty where anybody may call
   */
  public ApiRoute route(Optional<ApiRole> needs) {
    return ApiRoute.streamed("POST", PATH, needs, exchange -> receive(exchange, needs.isPresent()));
  }

  /** On the event loop. */
  private void receive(RoutingContext exchange, boolean known) {
    var caller = RequestDispatcher.caller(exchange);
    var problem = problem(exchange, caller);
    if (problem.isPresent()) {
      RequestDispatcher.send(exchange, problem.get());
      return;
    }
    var context = exchange.vertx().getOrCreateContext();
    BooleanSupplier counts = () -> !known || guard.stillKnows(exchange.request(), caller);
    var answer = new McpAnswerStream(exchange, context, bounds.heartbeat(), counts);
    try {
      threads.execute(() -> {
        try {
          answer(exchange, context, caller, answer);
        } catch (RuntimeException e) {
          var failure = RequestDispatcher.problem(e, "A call of MCP failed");
          context.runOnContext(_ -> fail(exchange, failure));
        } finally {
          open.give(caller.name());
        }
      });
    } catch (RejectedExecutionException e) {
      open.give(caller.name());
      RequestDispatcher.send(exchange, ProblemCatalogue.stopping());
    }
  }

  /** An answer that has begun can only be cut. */
  private static void fail(RoutingContext exchange, ProblemDetail problem) {
    if (exchange.response().headWritten()) {
      exchange.request().connection().close();
    } else {
      RequestDispatcher.send(exchange, problem);
    }
  }

  /** Why it isn't read at all; takes a place where it is. */
  private Optional<ProblemDetail> problem(RoutingContext exchange, ApiCaller caller) {
    if (!RequestBody.isJson(Optional.ofNullable(exchange.request().getHeader("Content-Type")))) {
      return Optional.of(ProblemCatalogue.notJson());
    }
    if (isRebound(exchange)) {
      return Optional.of(
          ProblemCatalogue.foreignPage("header Host", "a page calls this machine by another name"));
    }
    return open.take(caller.name())
        ? Optional.empty()
        : Optional.of(ProblemCatalogue.busy(open.taken() + " calls are being answered"));
  }

  /** A page whose name was made to lead to this machine is of its own origin, by that name. */
  private static boolean isRebound(RoutingContext exchange) {
    var request = exchange.request();
    return request.headers().contains("Origin")
        && !request.isSSL()
        && String.valueOf(request.localAddress().hostAddress()).startsWith("127.")
        && !LOOPBACK.matcher(String.valueOf(request.getHeader("Host"))).matches();
  }

  /** On a virtual thread. */
  private void answer(
      RoutingContext exchange, Context context, ApiCaller caller, McpAnswerStream answer) {
    var body = exchange.body().buffer();
    var reply =
        switch (read(body == null ? "" : body.toString(StandardCharsets.UTF_8))) {
          case JSONRPCNotification _ -> new ApiResponse(202, "", Map.of(), "");
          case JSONRPCRequest request -> called(exchange, request, caller, answer);
          case JSONRPCResponse wrong -> error(wrong);
          default -> throw new IllegalStateException("not a message");
        };
    if (reply != null) {
      context.runOnContext(_ -> RequestDispatcher.send(exchange, reply));
    }
  }

  /** A message, or the error that answers what isn't one. */
  private static JsonRpc.JSONRPCMessage read(String text) {
    try {
      var message = JsonRpc.deserializeMessage(McpJsonDefaults.getMapper(), text);
      return message instanceof JSONRPCResponse
          ? failure(null, ErrorCodes.INVALID_REQUEST, "a client sends requests and notifications")
          : message;
    } catch (IOException e) {
      return failure(null, ErrorCodes.PARSE_ERROR, "Parse error");
    } catch (JsonRpc.InvalidMessageException e) {
      return failure(e.id(), ErrorCodes.INVALID_REQUEST, "Invalid JSON-RPC message");
    }
  }

  /** Null where it is answered bit by bit. */
  private @Nullable ApiResponse called(
      RoutingContext exchange, JSONRPCRequest request, ApiCaller caller, McpAnswerStream answer) {
    var headers = new McpRequestHeaders(exchange.request().headers());
    var mismatch = headers.problem(request);
    if (mismatch.isPresent()) {
      return error(failure(request.id(), ErrorCodes.HEADER_MISMATCH, mismatch.get()));
    }
    var around =
        McpTransportContext.create(
            Map.of(
                McpHeaders.TRANSPORT_CONTEXT_KEY,
                headers.decoded(),
                McpCaller.KEY,
                new McpCaller(caller.name(), caller.roles(), answer::isOpen)));
    var handled =
        request.method().equals("subscriptions/listen")
            ? server.handle(around, request)
            : server.handleBlocking(around, request);
    return switch (handled.block()) {
      case McpTransportResponse.Streaming streaming -> {
        answer.send(streaming.messages());
        yield null;
      }
      case McpTransportResponse.Result result ->
          new ApiResponse(200, "application/json", Map.of(), ToolAnswers.text(result.response()));
      case McpTransportResponse.Error failed -> error(failed.response());
      case null, default -> throw new IllegalStateException("no answer to " + request.method());
    };
  }

  private static JSONRPCResponse failure(@Nullable Object id, int code, String message) {
    return JSONRPCResponse.error(id, new JSONRPCResponse.JSONRPCError(code, message));
  }

  private static ApiResponse error(JSONRPCResponse failed) {
    return new ApiResponse(
        STATUSES.getOrDefault(failed.error().code(), 200),
        "application/json",
        Map.of(),
        ToolAnswers.text(failed));
  }
}
