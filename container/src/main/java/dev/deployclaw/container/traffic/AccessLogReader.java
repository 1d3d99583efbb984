package dev.deployclaw.container.traffic;

import dev.deployclaw.policy.replay.accesslog.AccessLogFormat;
import dev.deployclaw.policy.replay.accesslog.RecordedRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The requests of one access log, one at a time. Lines that tell none are counted, and the first of
 * them named. For one thread.
 */
public final class AccessLogReader implements AutoCloseable {
  private final String name;
  private final AccessLogLineReader lines;
  private final UnreadLines unread;
  private Optional<AccessLogFormat> format;
  private Optional<AccessLogFormat.LineParser> parser;
  private long number;

  private AccessLogReader(
      String name,
      AccessLogLineReader lines,
      UnreadLines unread,
      Optional<AccessLogFormat> format) {
    this.name = name;
    this.lines = lines;
    this.unread = unread;
    this.format = format;
    this.parser = format.map(AccessLogFormat::lines);
  }

  /**
   * All of a log.
   *
   * @param name as messages have it
   * @param format empty where the first line that is in any tells it
   */
  public static AccessLogReader open(
      String name, Path log, UnreadLines unread, Optional<AccessLogFormat> format)
      throws IOException {
    return new AccessLogReader(name, AccessLogLineReader.open(log), unread, format);
  }

  /** The last bytes of a log, at most so many. Its lines have no numbers then. */
  static AccessLogReader tail(String name, Path log, UnreadLines unread, long most)
      throws IOException {
    return new AccessLogReader(name, AccessLogLineReader.tail(log, most), unread, Optional.empty());
  }

  /** The next request; empty at the end of the log. */
  public Optional<RecordedRequest> next() throws IOException {
    for (var line = lines.next(); line != null; line = lines.next()) {
      number++;
      var request = lines.tooLong() ? unread("longer than 64 KiB") : request(line);
      if (request.isPresent()) {
        return request;
      }
    }
    return Optional.empty();
  }

  /** The format that is known by now. */
  public Optional<AccessLogFormat> format() {
    return format;
  }

  /** Bytes of the file that were read so far. */
  public long bytes() {
    return lines.bytes();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  private Optional<RecordedRequest> request(String line) {
    if (parser.isEmpty()) {
      format = AccessLogFormat.of(line);
      parser = format.map(AccessLogFormat::lines);
    }
    if (parser.isEmpty()) {
      return unread("in no known format");
    }
    try {
      return Optional.of(parser.get().read(line));
    } catch (AccessLogFormat.LineParser.Unread e) {
      return unread(String.valueOf(e.getMessage()));
    }
  }

  private Optional<RecordedRequest> unread(String why) {
    unread.add(name + ":" + number + ": " + why);
    return Optional.empty();
  }
}
