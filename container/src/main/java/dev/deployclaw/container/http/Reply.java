package dev.deployclaw.container.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.util.Map;
import java.util.TreeMap;

/** What is sent back: a status, and a whole body. */
record Reply(int status, String mediaType, Map<String, String> headers, String body) {
  private static final ObjectWriter JSON = new ObjectMapper().writerWithDefaultPrettyPrinter();

  Reply {
    headers = Map.copyOf(headers);
  }

  static Reply json(int status, Object jsonLike) {
    return new Reply(status, "application/json", Map.of(), text(jsonLike));
  }

  static Reply text(String mediaType, String body) {
    return new Reply(200, mediaType, Map.of(), body);
  }

  static Reply of(Problem problem) {
    return new Reply(
        problem.status(), Problem.MEDIA_TYPE, problem.headers(), text(problem.toMap()));
  }

  static Reply nothing() {
    return new Reply(204, "", Map.of(), "");
  }

  Reply with(String header, String value) {
    var more = new TreeMap<>(headers);
    more.put(header, value);
    return new Reply(status, mediaType, more, body);
  }

  private static String text(Object jsonLike) {
    try {
      return JSON.writeValueAsString(jsonLike) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document that isn't JSON", e);
    }
  }
}
