package dev.deployclaw.container.cli.policy;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.ProgressBar;
import dev.deployclaw.policy.replay.PolicyReplay;
import dev.deployclaw.policy.replay.accesslog.AccessLogFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads logs into a replay, line by line, and remembers which lines it couldn't read. */
final class AccessLogReplayer {
  /** More lines than that are counted and not named. */
  static final int MOST_NAMED = 20;

  private static final int LINES_A_LOOK = 4_096;

  private final CommandEnvironment around;
  private final PolicyReplay replay;
  private final List<String> unread = new ArrayList<>();
  private @Nullable AccessLogFormat format;
  private long read;
  private long failed;

  /**
   * @param format null where the first line that is in any tells it
   */
  AccessLogReplayer(
      CommandEnvironment around, PolicyReplay replay, @Nullable AccessLogFormat format) {
    this.around = around;
    this.replay = replay;
    this.format = format;
  }

  void all(String name, Path log, long size) throws IOException {
    var bar = new ProgressBar(around, size);
    AccessLogFormat.@Nullable LineParser reader = format == null ? null : format.lines();
    try (var lines = AccessLogLineReader.open(log)) {
      long number = 0;
      for (var line = lines.next(); line != null; line = lines.next()) {
        number++;
        if (reader == null) {
          format = AccessLogFormat.of(line).orElse(null);
          reader = format == null ? null : format.lines();
        }
        String fault = lines.tooLong() ? "longer than 64 KiB" : replayed(reader, line);
        if (!fault.isEmpty()) {
          fault(name + ":" + number + ": " + fault);
        }
        if (number % LINES_A_LOOK == 0) {
          bar.at(lines.bytes());
        }
      }
    } finally {
      bar.end();
    }
  }

  /** Lines that told a request. */
  long read() {
    return read;
  }

  /** Lines that didn't. */
  long failed() {
    return failed;
  }

  /** The first of them, as {@code file:line: why}. */
  List<String> unread() {
    return unread;
  }

  /** Why a line wasn't replayed; empty where it was. */
  private String replayed(AccessLogFormat.@Nullable LineParser reader, String line) {
    if (reader == null) {
      return "in no known format";
    }
    try {
      replay.next(reader.read(line));
      read++;
      return "";
    } catch (AccessLogFormat.LineParser.Unread e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void fault(String what) {
    failed++;
    if (unread.size() < MOST_NAMED) {
      unread.add(what);
    }
  }
}
