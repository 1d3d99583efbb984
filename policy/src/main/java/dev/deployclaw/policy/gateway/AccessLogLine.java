package dev.deployclaw.policy.gateway;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One request in the access log of a rendered gateway, so that requests can be counted again from
 * the logs. What a client can choose stands behind what the gateway knows, in quotes.
 *
 * @param probe whether the rate limit service verified it as a synthetic request
 * @param host of the request, in lower case: its first label names the tenant
 * @param execution whose probe it says it is; worth believing only where {@code probe} is true
 */
public record AccessLogLine(int status, boolean probe, String host, String execution) {
  /** The log format's name and definition in NGINX's language. */
  public static final String FORMAT =
      """
      log_format deployclaw '$msec status=$status dc_probe=$dc_probe dc_epoch=$dc_epoch '
                            'host="$host" dc_execution="$http_dc_execution" '
                            'request="$request_method $request_uri" seconds=$request_time';
      """;

  private static final Pattern LINE =
      Pattern.compile(
          "\\d+\\.\\d+ status=(\\d{3}) dc_probe=(\\S*) dc_epoch=\\S* "
              + "host=\"([^\"]*)\" dc_execution=\"([^\"]*)\" .*");

  /** Empty for a line of another format. */
  public static Optional<AccessLogLine> parse(String line) {
    var parts = LINE.matcher(line);
    if (!parts.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new AccessLogLine(
            Integer.parseInt(parts.group(1)),
            parts.group(2).equals("1"),
            parts.group(3),
            parts.group(4)));
  }
}
