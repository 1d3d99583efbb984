package dev.deployclaw.container.http;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.TreeMap;

/**
 * A call of an operation.
 *
 * @param path as it is sent
 * @param body empty for none
 */
record ApiCall(
    ApiDescription.Operation operation,
    String token,
    String path,
    String body,
    Map<String, String> headers) {
  private static final String TYPE = "Content-Type";

  static ApiCall of(ApiDescription.Operation operation, String token) {
    return new ApiCall(operation, token, operation.path(), "", Map.of());
  }

  /** Of this execution. */
  ApiCall at(String execution) {
    return new ApiCall(operation, token, path.replace("{id}", execution), body, headers);
  }

  ApiCall query(String query) {
    return new ApiCall(operation, token, path + "?" + query, body, headers);
  }

  ApiCall body(String json) {
    return new ApiCall(operation, token, path, json, headers).with(TYPE, "application/json");
  }

  ApiCall with(String header, String value) {
    var more = new TreeMap<>(headers);
    more.put(header, value);
    return new ApiCall(operation, token, path, body, more);
  }

  HttpRequest.Builder request(Served served) {
    var request =
        served.request(path.replace("{id}", "arch-none").replace("{channel}", "none"), token);
    headers.forEach(request::header);
    return request.method(
        operation.method(),
        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
  }
}
