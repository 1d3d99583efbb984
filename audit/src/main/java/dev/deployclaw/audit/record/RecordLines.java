package dev.deployclaw.audit.record;

import dev.deployclaw.audit.verify.json.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Whole lines of a journal file. A record is a line of canonical JSON, which never holds a line
 * feed; what a crash left behind the last whole line is not read.
 *
 * @param next where the first line that wasn't read begins
 */
public record RecordLines(List<byte[]> lines, long next) {
  public static final int MOST_LINE = 1 << 20;
  public static final int MOST_RECORDS = 100_000;
  private static final int CHUNK = 64 * 1024;

  /** In the canonical form of every last record. */
  private static final String END = "\"phase\":\"end\"";

  /** Where to read. */
  public record Span(long from, long until, int mostLines) {
    public static final Span ALL = new Span(0, Long.MAX_VALUE, MOST_RECORDS + 1);
  }

  public RecordLines {
    lines = List.copyOf(lines);
  }

  /** Reads a file; one that isn't there is empty. */
  public static RecordLines read(Path file, Span span) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(channel, span);
    } catch (NoSuchFileException e) {
      return new RecordLines(List.of(), 0);
    }
  }

  public static RecordLines read(FileChannel channel, Span span) throws IOException {
    var lines = new ArrayList<byte[]>();
    var line = new ByteArrayOutputStream();
    long next = span.from();
    long at = span.from();
    var buffer = ByteBuffer.allocate(CHUNK);
    while (lines.size() < span.mostLines()
        && next < span.until()
        && channel.read(buffer.clear(), at) > 0) {
      at += buffer.flip().remaining();
      while (buffer.hasRemaining() && next < span.until() && lines.size() < span.mostLines()) {
        int from = buffer.position();
        int until = lineFeed(buffer.array(), from, buffer.limit());
        line.write(buffer.array(), from, until - from);
        if (line.size() > MOST_LINE) {
          throw new IOException("a line of more than " + MOST_LINE + " bytes at byte " + next);
        }
        if (until < buffer.limit()) {
          next += line.size() + 1;
          lines.add(line.toByteArray());
          line.reset();
        }
        buffer.position(Math.min(buffer.limit(), until + 1));
      }
    }
    return new RecordLines(lines, next);
  }

  private static int lineFeed(byte[] bytes, int from, int until) {
    int i = from;
    while (i < until && bytes[i] != '\n') {
      i++;
    }
    return i;
  }

  /** Whole lines of bytes that are in memory. */
  public static List<byte[]> split(byte[] bytes) {
    var lines = new ArrayList<byte[]>();
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines.add(Arrays.copyOfRange(bytes, begin, i));
        begin = i + 1;
      }
    }
    return lines;
  }

  /** The bytes of which these are the whole lines: the reverse of {@link #split}. */
  public static byte[] join(List<byte[]> lines) {
    var bytes = new ByteArrayOutputStream();
    for (byte[] line : lines) {
      bytes.writeBytes(line);
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }

  /** Whether these are the same records, byte by byte. */
  public static boolean same(List<byte[]> some, List<byte[]> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (!Arrays.equals(some.get(i), others.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Without a last line that isn't JSON: a write can tear so that its end is on disk and its
   * beginning is not.
   */
  public RecordLines withoutTornLast() {
    if (lines.isEmpty() || isJson(lines.getLast())) {
      return this;
    }
    var whole = lines.subList(0, lines.size() - 1);
    return new RecordLines(whole, next - lines.getLast().length - 1);
  }

  /** Whether it says how its execution ended; a log that was held goes on behind it. */
  public static boolean isEnd(byte[] record) {
    return new String(record, StandardCharsets.UTF_8).contains(END)
        && StrictJson.findObject(record).filter(f -> "end".equals(f.get("phase"))).isPresent();
  }

  private static boolean isJson(byte[] line) {
    try {
      StrictJson.parse(line);
      return true;
    } catch (StrictJson.Malformed e) {
      return false;
    }
  }
}
