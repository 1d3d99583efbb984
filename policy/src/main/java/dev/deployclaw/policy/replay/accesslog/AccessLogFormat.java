package dev.deployclaw.policy.replay.accesslog;

import java.util.Arrays;
import java.util.Optional;

/** How an access log is written. */
public enum AccessLogFormat {
  /**
   * As {@link #COMBINED}, with {@code host:port} in front: tried first, since that reads it too.
   */
  VHOST_COMBINED("vhost-combined"),
  /** NGINX's {@code combined}, which Apache has too. */
  COMBINED("combined"),
  /** One JSON object a line. */
  JSON("json"),
  /** That of a gateway's file which this program rendered. */
  DEPLOYCLAW("deployclaw");

  private final String word;

  AccessLogFormat(String word) {
    this.word = word;
  }

  /** A reader of its own, which may remember what it read last. For one thread. */
  public LineParser lines() {
    return switch (this) {
      case VHOST_COMBINED -> new CombinedLogParser(true);
      case COMBINED -> new CombinedLogParser(false);
      case JSON -> new JsonLogParser();
      case DEPLOYCLAW -> new GatewayLogParser();
    };
  }

  public static Optional<AccessLogFormat> ofWord(String word) {
    return Arrays.stream(values()).filter(f -> f.word.equals(word)).findFirst();
  }

  /** The format that a log's first line is in. */
  public static Optional<AccessLogFormat> of(String line) {
    return Arrays.stream(values()).filter(f -> reads(f, line)).findFirst();
  }

  private static boolean reads(AccessLogFormat format, String line) {
    try {
      format.lines().read(line);
      return true;
    } catch (LineParser.Unread e) {
      return false;
    }
  }

  /** Reads lines. */
  public interface LineParser {
    RecordedRequest read(String line) throws Unread;

    /** A line that tells no request, and why. */
    final class Unread extends Exception {
      Unread(String reason) {
        super(reason, null, false, false);
      }
    }
  }
}
