package dev.deployclaw.policy.replay.accesslog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One JSON object a line, with the names of NGINX's variables or common ones for the same. A time
 * is a number of seconds since 1970, or a text in ISO 8601.
 */
final class JsonLogParser implements AccessLogFormat.LineParser {
  private static final ObjectReader JSON = JsonMapper.builder().build().reader();
  private static final List<String> TIME =
      List.of("time", "timestamp", "@timestamp", "ts", "msec", "time_iso8601");
  private static final List<String> CLIENT = List.of("remote_addr", "client", "client_ip");
  private static final List<String> HOST = List.of("host", "http_host", "server_name");
  private static final List<String> USER = List.of("remote_user", "user");
  private static final List<String> METHOD = List.of("method", "request_method");
  private static final List<String> URI = List.of("uri", "request_uri", "path");
  private static final String REQUEST = "request";

  @Override
  public RecordedRequest read(String line) throws Unread {
    var fields = fields(line);
    String[] request = fields.getOrDefault(REQUEST, "").split(" ", -1);
    String method = first(fields, METHOD, request[0]);
    String uri = first(fields, URI, request.length > 1 ? request[1] : "");
    if (!uri.startsWith("/") || method.isEmpty()) {
      throw new Unread("no request: neither " + REQUEST + " nor method and uri");
    }
    return new RecordedRequest(
        micros(first(fields, TIME, "")),
        first(fields, CLIENT, ""),
        LogLineText.host(first(fields, HOST, "")),
        first(fields, USER, ""),
        method.toUpperCase(Locale.ROOT),
        uri,
        fields);
  }

  private static Map<String, String> fields(String line) throws Unread {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new Unread("not JSON: " + LogLineText.shortly(e.getOriginalMessage()));
    }
    if (!node.isObject()) {
      throw new Unread("not a JSON object");
    }
    var out = new HashMap<String, String>();
    node.properties()
        .forEach(e -> {
          if (e.getValue().isValueNode() && !e.getValue().isNull()) {
            out.put(e.getKey(), e.getValue().asText());
          }
        });
    return out;
  }

  private static String first(Map<String, String> fields, List<String> names, String otherwise) {
    return names.stream()
        .filter(fields::containsKey)
        .map(fields::get)
        .findFirst()
        .orElse(otherwise);
  }

  private static long micros(String time) throws Unread {
    try {
      if (time.matches("\\d{1,12}(\\.\\d{1,9})?")) {
        return new BigDecimal(time).movePointRight(6).longValue();
      }
      var at = OffsetDateTime.parse(time).toInstant();
      return at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000;
    } catch (DateTimeException e) {
      throw new Unread("no time: " + LogLineText.shortly(time));
    }
  }
}
