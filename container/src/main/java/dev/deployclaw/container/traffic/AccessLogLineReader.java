package dev.deployclaw.container.traffic;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a log of any size, one at a time, unpacked where its name ends in {@code .gz}. Bytes
 * that aren't UTF-8 are replaced. For one thread.
 */
public final class AccessLogLineReader implements AutoCloseable {
  /** A longer line isn't given as a whole. */
  public static final int LONGEST = 64 << 10;

  private static final int BUFFER = 256 << 10;

  /** Of one of many logs. */
  private static final int TAIL_BUFFER = 32 << 10;

  private final InputStream in;
  private final Counted raw;
  private final byte[] buffer;
  private byte[] line = new byte[1024];
  private int at;
  private int end;
  private boolean tooLong;

  private AccessLogLineReader(InputStream in, Counted raw, int buffer) {
    this.in = in;
    this.raw = raw;
    this.buffer = new byte[buffer];
  }

  public static AccessLogLineReader open(Path file) throws IOException {
    var raw = new Counted(Files.newInputStream(file));
    var in =
        file.toString().endsWith(".gz")
            ? new GZIPInputStream(new BufferedInputStream(raw), BUFFER)
            : raw;
    return new AccessLogLineReader(in, raw, BUFFER);
  }

  /** The lines that begin in the last so many bytes of a file that isn't packed. */
  static AccessLogLineReader tail(Path file, long most) throws IOException {
    var channel = Files.newByteChannel(file);
    long cut = Math.max(0, channel.size() - most);
    channel.position(Math.max(0, cut - 1));
    var raw = new Counted(Channels.newInputStream(channel));
    var lines = new AccessLogLineReader(raw, raw, TAIL_BUFFER);
    if (cut > 0) {
      var _ = lines.next(); // the end of an earlier line
    }
    return lines;
  }

  /** The next line without its end, null at the end of the log. A cut one where it is too long. */
  public @Nullable String next() throws IOException {
    int length = 0;
    tooLong = false;
    while (true) {
      if (at == end && !fill()) {
        return length == 0 && !tooLong ? null : text(length);
      }
      int stop = at;
      while (stop < end && buffer[stop] != '\n') {
        stop++;
      }
      length = keep(length, stop);
      boolean whole = stop < end;
      at = whole ? stop + 1 : stop;
      if (whole) {
        return text(length);
      }
    }
  }

  /** Whether the line that was given last was cut. */
  public boolean tooLong() {
    return tooLong;
  }

  /** Bytes of the file that were read so far. */
  public long bytes() {
    return raw.count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }

  private int keep(int length, int stop) {
    int more = Math.min(stop - at, LONGEST - length);
    tooLong = tooLong || more < stop - at;
    if (length + more > line.length) {
      line = Arrays.copyOf(line, Math.max(line.length * 2, length + more));
    }
    System.arraycopy(buffer, at, line, length, more);
    return length + more;
  }

  private String text(int length) {
    int whole = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    return new String(line, 0, whole, StandardCharsets.UTF_8);
  }

  /** Counts what goes through. */
  private static final class Counted extends InputStream {
    private final InputStream in;
    private long count;

    Counted(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      count += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
      int n = in.read(into, from, most);
      count += Math.max(0, n);
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
