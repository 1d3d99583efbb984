package dev.deployclaw.container.http.exchange;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a call brought.
 *
 * @param path the parts of the path that vary, by name
 * @param query parameters by name
 * @param header headers by name, in any case
 * @param from the caller's address
 */
public record ApiRequest(
    ApiCaller caller,
    Function<String, String> path,
    Function<String, Optional<String>> query,
    Function<String, Optional<String>> header,
    String from,
    byte[] body) {
  /** Only JSON is read. */
  public void requireJson() {
    if (!RequestBody.isJson(header.apply("Content-Type"))) {
      throw new RefusedCallException(ProblemCatalogue.notJson());
    }
  }
}
