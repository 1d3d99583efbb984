package dev.deployclaw.policy.replay.accesslog;

import java.util.Map;

/**
 * One request as an access log tells it.
 *
 * @param micros microseconds since 1970
 * @param host in lower case without a port; empty where the log has none
 * @param user the authenticated user; empty where there is none
 * @param uri the request target, with or without a query
 * @param fields all other fields that the log has, by name; request headers as {@code http_x_plan}
 */
public record RecordedRequest(
    long micros,
    String client,
    String host,
    String user,
    String method,
    String uri,
    Map<String, String> fields) {
  public RecordedRequest {
    fields = Map.copyOf(fields);
  }

  /** A header by its lower-case name; the empty value where the log doesn't have it. */
  public String header(String name) {
    return fields.getOrDefault("http_" + name.replace('-', '_'), "");
  }
}
