package dev.deployclaw.policy.replay.accesslog;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The log of a gateway's file that this program rendered. It has no client's address. Synthetic
 * requests are nobody's.
 */
final class GatewayLogParser implements AccessLogFormat.LineParser {
  private static final Pattern LINE =
      Pattern.compile(
          "(\\d{1,12}\\.\\d{3}) status=\\d{3} dc_probe=(\\S*) dc_epoch=\\S* host=\"([^\"]*)\" "
              + "dc_execution=\"[^\"]*\" request=\"(\\S+) (\\S+)\".*");

  @Override
  public RecordedRequest read(String line) throws Unread {
    var parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new Unread("not a line of a rendered gateway");
    }
    if (parts.group(2).equals("1")) {
      throw new Unread("a synthetic request");
    }
    long micros = new BigDecimal(parts.group(1)).movePointRight(6).longValue();
    String host = LogLineText.host(parts.group(3));
    return new RecordedRequest(micros, "", host, "", parts.group(4), parts.group(5), Map.of());
  }
}
