package dev.deployclaw.container.mcp;

import dev.deployclaw.container.config.ApiRole;
import io.modelcontextprotocol.modern.server.McpRequestContext;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Who calls a tool: by the name of a credential, whatever the client calls itself.
 *
 * @param connected whether the answer can still reach it
 */
public record McpCaller(String name, Set<ApiRole> roles, BooleanSupplier connected) {
  /** Where the transport keeps it. */
  static final String KEY = "deployclaw.caller";

  /** Where the transport names who calls. */
  public static final McpCaller NO_CALLER = new McpCaller("", Set.of(), () -> true);

  public McpCaller {
    roles = Set.copyOf(roles);
  }

  /** The transport's caller, else the only one that there can be. */
  static McpCaller of(McpRequestContext call, McpCaller only) {
    return call.transportContext().get(KEY) instanceof McpCaller caller ? caller : only;
  }
}
