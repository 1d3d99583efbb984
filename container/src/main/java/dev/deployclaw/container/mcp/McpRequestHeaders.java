package dev.deployclaw.container.mcp;

import io.modelcontextprotocol.modern.JsonRpc.JSONRPCRequest;
import io.modelcontextprotocol.modern.McpHttp;
import io.modelcontextprotocol.modern.server.McpHeaders;
import io.modelcontextprotocol.modern.server.transport.McpHeaderDecoder;
import io.modelcontextprotocol.server.transport.HeaderAccessor;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The headers that repeat what a message says: they must agree with it, and come once. */
record McpRequestHeaders(MultiMap headers) implements HeaderAccessor {
  private static final String VERSION = "io.modelcontextprotocol/protocolVersion";
  private static final String INITIALIZE = "initialize";

  @Override
  public List<String> getHeader(String name) {
    return headers.getAll(name);
  }

  @Override
  public List<String> getHeaderNames() {
    return List.copyOf(headers.names());
  }

  McpHeaders decoded() {
    return McpHeaderDecoder.headers(this);
  }

  /** What disagrees. A client of an earlier revision is told so by its message, not by these. */
  Optional<String> problem(JSONRPCRequest request) {
    Map<?, ?> params = request.params() instanceof Map<?, ?> map ? map : Map.of();
    String version =
        params.get("_meta") instanceof Map<?, ?> meta && meta.get(VERSION) instanceof String v
            ? v
            : "";
    if (request.method().equals(INITIALIZE) && version.isBlank()) {
      return Optional.empty();
    }
    return problem(McpHttp.Headers.MCP_METHOD, request.method())
        .or(() ->
            version.isEmpty()
                ? Optional.empty()
                : problem(McpHttp.Headers.MCP_PROTOCOL_VERSION, version))
        .or(() ->
            params.get(nameKey(request.method())) instanceof String name
                ? problem(McpHttp.Headers.MCP_NAME, name)
                : Optional.empty());
  }

  private static String nameKey(String method) {
    return switch (method) {
      case "tools/call", "prompts/get" -> "name";
      case "resources/read" -> "uri";
      case TasksFeature.GET, TasksFeature.UPDATE, TasksFeature.CANCEL -> "taskId";
      default -> "";
    };
  }

  private Optional<String> problem(String header, String said) {
    var values = headers.getAll(header);
    if (values.size() != 1) {
      return Optional.of(header + (values.isEmpty() ? " is missing" : " comes more than once"));
    }
    return said.equals(McpHeaderDecoder.decodeValue(values.getFirst()))
        ? Optional.empty()
        : Optional.of(header + " differs from the message");
  }
}
