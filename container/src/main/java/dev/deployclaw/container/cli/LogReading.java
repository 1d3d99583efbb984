package dev.deployclaw.container.cli;

import dev.deployclaw.policy.replay.LogFormat;
import dev.deployclaw.policy.replay.Replay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads logs into a replay, line by line, and remembers which lines it couldn't read. */
final class LogReading {
  /** More lines than that are counted and not named. */
  static final int MOST_NAMED = 20;

  private static final int LINES_A_LOOK = 4_096;

  private final Surroundings around;
  private final Replay replay;
  private final List<String> unread = new ArrayList<>();
  private @Nullable LogFormat format;
  private long read;
  private long failed;

  /**
   * @param format null where the first line that is in any tells it
   */
  LogReading(Surroundings around, Replay replay, @Nullable LogFormat format) {
    this.around = around;
    this.replay = replay;
    this.format = format;
  }

  void all(String name, Path log, long size) throws IOException {
    var bar = new ReadingBar(around, size);
    LogFormat.@Nullable Lines reader = format == null ? null : format.lines();
    try (var lines = LogLines.open(log)) {
      long number = 0;
      for (var line = lines.next(); line != null; line = lines.next()) {
        number++;
        if (reader == null) {
          format = LogFormat.of(line).orElse(null);
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
  private String replayed(LogFormat.@Nullable Lines reader, String line) {
    if (reader == null) {
      return "in no format that is known";
    }
    try {
      replay.next(reader.read(line));
      read++;
      return "";
    } catch (LogFormat.Lines.Unread e) {
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
