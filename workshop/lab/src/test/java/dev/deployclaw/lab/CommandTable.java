package dev.deployclaw.lab;

import static dev.deployclaw.lab.CommandRow.agent;
import static dev.deployclaw.lab.CommandRow.here;

import java.util.List;
import java.util.stream.Stream;

/**
 * Every command of {@code deployclaw}, at least once, in an order in which each finds what it
 * needs: the rollback a change, the thaw a freeze.
 */
final class CommandTable {
  private static final String REQUESTER = "requester";
  private static final String JSON = "--json";
  private static final String INVENTORY = "tenants: {acme: {}}\nservices: [search]\n";
  private static final String REQUEST =
      """
      {"time": "2026-11-26T06:00:01Z", "method": "GET", "uri": "/search", "host": "search", \
      "remote_addr": "10.0.0.1", "tenant_id": "acme"}
      """;
  private static final String POLICY =
      """
      apiVersion: deployclaw.dev/v1
      kind: RateLimitPolicy
      metadata: {tenant: acme}
      spec: {limits: [{name: search, match: {service: search}, requests: 100, window: 1m}]}
      """;
  private static final String TIER =
      """
      domain: shop
      descriptors:
        - key: tenant
          value: first
          rate_limit: {unit: minute, requests_per_unit: 60}
      """;
  private static final String MAP =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: limits}\ndata: {third: \"120\"}\n";

  @SuppressWarnings("InlineFormatString") // beside the other texts
  private static final String TOOL_CALL =
      """
      {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "run", \
      "arguments": {"request": "%s"}, \
      "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28", \
      "io.modelcontextprotocol/clientCapabilities": {}}}}
      """;

  private CommandTable() {}

  static List<CommandRow> rows() {
    return Stream.of(changes(), switches(), looks(), plans(), policies(), logs(), files(), lab())
        .flatMap(List::stream)
        .toList();
  }

  private static List<CommandRow> changes() {
    return List.of(
        agent("run", 0, s -> s.run("run", CommandScene.change(), JSON)).naming(REQUESTER),
        agent("answer", 0, s -> s.run("answer", s.asked(), "per minute", JSON)).naming(REQUESTER),
        agent("approve", 0, s -> s.run("approve", s.held(), JSON)).naming("approver"),
        agent("reject", 0, s -> s.run("reject", s.held(), JSON)).naming("reason"),
        agent("checkpoint verify", 0, s -> s.run("checkpoint", "verify", "last", JSON)),
        agent("rollback", 0, s -> s.run("rollback", "last", JSON)).naming(REQUESTER),
        agent("recover", 0, s -> s.run("recover", JSON)),
        agent("handover", 4, s -> s.run("handover", "gw-01", JSON)).naming(REQUESTER),
        agent("adopt", 0, s -> s.run("adopt", "--enforce", "acme", JSON)).naming(REQUESTER));
  }

  private static List<CommandRow> switches() {
    return List.of(
        agent("freeze", 0, s -> s.run("freeze", "incident", "4711", JSON)).naming(REQUESTER),
        agent("thaw", 0, s -> s.run("thaw", JSON)).naming(REQUESTER),
        agent("drift", 0, s -> s.run("drift", "--repair", JSON)).naming(REQUESTER));
  }

  private static List<CommandRow> looks() {
    return List.of(
        agent("drift", 0, s -> s.run("drift", JSON)),
        agent("scan", 0, s -> s.run("scan", JSON)),
        agent("validate", 0, s -> s.run("validate", JSON)),
        agent("status", 0, s -> s.run("status", JSON)).telling("executor_host", "watch"),
        agent("history", 0, s -> s.run("history", "umbrella", JSON)),
        agent("check", 0, s -> s.run("check", "umbrella", "search", "/search", "GET", JSON)),
        agent("top", 0, s -> s.run("top", "--over", "1", JSON)),
        here("top", 0, s -> s.run("top", "--over", "1")),
        agent("handover", 0, s -> s.run("handover", "--check", JSON)),
        agent("doctor", 0, s -> s.run("doctor", JSON)),
        here("health", 10, s -> s.run("health", JSON)).served(0));
  }

  private static List<CommandRow> plans() {
    return List.of(
        agent("plan", 0, s -> s.run("plan", CommandScene.change(), JSON)),
        here(
            "plan",
            0,
            s ->
                s.run("plan", "--inventory", s.file("estate.yaml", INVENTORY), "block acme", JSON)),
        agent("ask", 0, s -> s.run("ask", "who changed umbrella's limit last?", JSON)),
        here(
            "evaluate",
            0,
            s ->
                s.run(
                    "evaluate",
                    s.file("requests.txt", "terse | block acme | block acme\n"),
                    "--inventory",
                    s.file("estate.yaml", INVENTORY),
                    "--rules",
                    JSON)));
  }

  private static List<CommandRow> policies() {
    return List.of(
        agent("diff", 0, s -> s.run("diff", "committed", s.policies(), JSON)),
        here("diff", 0, s -> s.run("diff", s.file("a.yaml", POLICY), s.policies(), JSON)),
        here(
            "impact",
            0,
            s ->
                s.run(
                    "impact",
                    s.file("access.json", REQUEST),
                    "--before",
                    s.file("live.yaml", POLICY),
                    "--after",
                    s.policies(),
                    "--tenant",
                    "field:tenant_id",
                    JSON)),
        here("import", 0, s -> s.run("import", s.file("t.yaml", TIER), "--into", "new", JSON)),
        agent("adopt", 0, s -> s.run("adopt", "--shadowed", JSON)),
        here(
            "adopt",
            0,
            s -> s.run("adopt", "--configmap", s.file("m.yaml", MAP), "--into", "new", JSON)));
  }

  private static List<CommandRow> logs() {
    return List.of(
        here("log", 0, s -> s.run("log", "last", JSON)),
        here("export", 0, s -> s.run("export", "--format", "csv", "--out", "all.csv", JSON)),
        here(
            "audit verify",
            0,
            s -> s.run("audit", "verify", s.file("log.json", s.run("log", JSON).out()), JSON)),
        here("audit explain", 0, s -> s.run("audit", "explain", "last", JSON)),
        here("audit sign-ins", 0, s -> s.run("audit", "sign-ins", JSON)),
        here("audit diff-stream", 0, s -> s.run("audit", "diff-stream", JSON)),
        here("audit copies", 0, s -> s.run("audit", "copies", JSON)),
        here("audit key", 0, s -> s.run("audit", "key", JSON)),
        here("audit chain", 0, s -> s.run("audit", "chain", JSON)),
        here("audit bundle", 0, s -> s.run("audit", "bundle", "bundle", JSON)),
        here("audit rebuild", 0, s -> s.run("audit", "rebuild", s.last(), "rebuilt.json", JSON)));
  }

  private static List<CommandRow> files() {
    return List.of(
        here("config check", 0, s -> s.run("config", "check", JSON)),
        here("skills list", 0, s -> s.run("skills", "list", JSON)),
        here("skills validate", 0, s -> s.run("skills", "validate", s.skills(), JSON)),
        here("skills lock", 0, s -> s.run("skills", "lock", s.skills(), JSON)),
        here("skills show", 0, s -> s.run("skills", "show", "orchestrate-rate-limits", JSON)),
        here("plugin test", 1, s -> s.run("plugin", "test", "/bin/false", JSON)),
        here("serve", 143, s -> s.caller().untilItSays("serve", JSON)).served(2),
        here("completion", 0, s -> s.run("completion")),
        here("help", 0, s -> s.run("help", "run")));
  }

  /** Those that take long end here before they begin. */
  private static List<CommandRow> lab() {
    return List.of(
        here("lab status", 0, s -> s.run("lab", "status", JSON)),
        here("lab break", 0, s -> s.run("lab", "break", "pause", "nats", JSON)),
        here("lab heal", 0, s -> s.run("lab", "heal", JSON)),
        here("lab up", 2, s -> s.run("lab", "up", "--gateways", "0", JSON)),
        here("lab down", 0, s -> s.caller().at(s.caller().working()).run("lab", "down", JSON)),
        here("demo", 2, s -> s.run("demo", JSON)),
        here("campaign", 0, s -> s.run("campaign", "--clean")),
        here("verify-guard", 2, s -> s.run("verify-guard", "--jsno")),
        agent("mcp", 0, s -> s.caller().typing(TOOL_CALL.formatted(CommandScene.change()), "mcp"))
            .naming(REQUESTER));
  }
}
