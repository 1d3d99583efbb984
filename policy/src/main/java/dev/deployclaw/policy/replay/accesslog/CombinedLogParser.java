package dev.deployclaw.policy.replay.accesslog;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/**
 * The combined log format: {@code addr - user [time] "METHOD uri HTTP/1.1" status bytes …}. Its
 * time has whole seconds.
 */
final class CombinedLogParser implements AccessLogFormat.LineParser {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH);
  private static final long MICROS = 1_000_000;

  private final boolean withHost;
  private String lastTime = "";
  private long lastMicros;

  CombinedLogParser(boolean withHost) {
    this.withHost = withHost;
  }

  @Override
  public RecordedRequest read(String line) throws Unread {
    String host = withHost ? before(line, 0, " ", "a host") : "";
    int at = withHost ? host.length() + 1 : 0;
    String client = before(line, at, " ", "a client's address");
    if (withHost && client.equals("-")) {
      throw new Unread("no host in front");
    }
    at += client.length() + 1;
    String identity = before(line, at, " ", "an identity");
    at += identity.length() + 1;
    String user = before(line, at, " [", "a user");
    at += user.length() + 2;
    String time = before(line, at, "] \"", "a time in brackets");
    at += time.length() + 3;
    String request = before(line, at, "\"", "a request in quotes");
    String[] words = request.split(" ", -1);
    if (words.length < 2 || !words[1].startsWith("/")) {
      throw new Unread("no request: \"" + LogLineText.shortly(request) + "\"");
    }
    String named = user.equals("-") ? "" : user;
    return new RecordedRequest(
        micros(time), client, LogLineText.host(host), named, words[0], words[1], Map.of());
  }

  private long micros(String time) throws Unread {
    if (!time.equals(lastTime)) {
      try {
        lastMicros = OffsetDateTime.parse(time, TIME).toEpochSecond() * MICROS;
        lastTime = time;
      } catch (DateTimeException e) {
        throw new Unread("no time: " + LogLineText.shortly(time));
      }
    }
    return lastMicros;
  }

  private static String before(String line, int from, String end, String what) throws Unread {
    int at = from > line.length() ? -1 : line.indexOf(end, from);
    if (at < 0) {
      throw new Unread(what + " is missing");
    }
    return line.substring(from, at);
  }
}
