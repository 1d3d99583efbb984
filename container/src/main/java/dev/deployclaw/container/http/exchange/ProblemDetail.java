package dev.deployclaw.container.http.exchange;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Why a call isn't answered as asked (RFC 9457, with {@code place} and {@code remedy} added).
 *
 * @param type the last part of the type's URI
 * @param place what is wrong: a header, a query parameter, a field of the body; empty for none
 * @param remedy what to do
 * @param headers that go with it, for example {@code Retry-After}
 */
public record ProblemDetail(
    int status,
    String type,
    String title,
    String detail,
    String place,
    String remedy,
    Map<String, String> headers) {
  static final String MEDIA_TYPE = "application/problem+json";

  public ProblemDetail {
    headers = Map.copyOf(headers);
  }

  /** What all problems of one kind share. */
  record ProblemKind(int status, String type, String title) {
    ProblemDetail of(String detail, String place, String remedy) {
      return new ProblemDetail(status, type, title, detail, place, remedy, Map.of());
    }
  }

  ProblemDetail with(Map<String, String> own) {
    return new ProblemDetail(status, type, title, detail, place, remedy, own);
  }

  Map<String, Object> toMap() {
    var out = new LinkedHashMap<String, Object>();
    out.put("type", "urn:deployclaw:problem:" + type);
    out.put("title", title);
    out.put("status", status);
    out.put("detail", detail);
    if (!place.isEmpty()) {
      out.put("place", place);
    }
    out.put("remedy", remedy);
    return out;
  }
}
