package dev.deployclaw.container.http.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.deployclaw.policy.json.RecordJson;
import java.util.Map;
import java.util.TreeMap;

/** What is sent back: a status, and a whole body. */
public record ApiResponse(int status, String mediaType, Map<String, String> headers, String body) {
  private static final ObjectWriter JSON = RecordJson.MAPPER.writerWithDefaultPrettyPrinter();

  public ApiResponse {
    headers = Map.copyOf(headers);
  }

  public static ApiResponse json(int status, Object jsonLike) {
    return new ApiResponse(status, "application/json", Map.of(), text(jsonLike));
  }

  public static ApiResponse text(String mediaType, String body) {
    return new ApiResponse(200, mediaType, Map.of(), body);
  }

  public static ApiResponse of(ProblemDetail problem) {
    return new ApiResponse(
        problem.status(), ProblemDetail.MEDIA_TYPE, problem.headers(), text(problem.toMap()));
  }

  public static ApiResponse wrongQuery(String parameter, String what) {
    return of(ProblemCatalogue.invalid("query " + parameter, what, "correct it"));
  }

  public ApiResponse with(String header, String value) {
    var more = new TreeMap<>(headers);
    more.put(header, value);
    return new ApiResponse(status, mediaType, more, body);
  }

  private static String text(Object jsonLike) {
    try {
      return JSON.writeValueAsString(jsonLike) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document that isn't JSON", e);
    }
  }
}
