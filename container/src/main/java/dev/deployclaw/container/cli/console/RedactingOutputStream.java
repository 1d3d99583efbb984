package dev.deployclaw.container.cli.console;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/**
 * Passes on what is written, a line at a time, without the secrets in it. What has no end of line
 * yet waits for one, for {@link #flush}, or until it is too long. Any thread.
 */
final class RedactingOutputStream extends OutputStream {
  /** Bytes of a line that are held; what a longer one ends with is held again. */
  private static final int MOST_HELD = 1 << 20;

  /** Bytes; no secret that is longer is found where a line had to be cut. */
  private static final int LONGEST_SECRET = 1 << 13;

  private final OutputStream out;
  private final UnaryOperator<String> hide;
  private final StringBuilder held = new StringBuilder();

  /**
   * @param hide is given UTF-8
   */
  RedactingOutputStream(OutputStream out, UnaryOperator<String> hide) {
    this.out = out;
    this.hide = hide;
  }

  @Override
  public synchronized void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int count) throws IOException {
    held.append(new String(bytes, from, count, StandardCharsets.ISO_8859_1));
    int end = Math.max(held.lastIndexOf("\n"), held.lastIndexOf("\r")) + 1;
    if (end > 0) {
      pass(end);
    } else if (held.length() > MOST_HELD) {
      String hidden = hidden(held.toString());
      held.setLength(0);
      held.append(hidden);
      send(Math.max(0, hidden.length() - LONGEST_SECRET));
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    pass(held.length());
    out.flush();
  }

  @Override
  public synchronized void close() throws IOException {
    flush();
    out.close();
  }

  private void pass(int end) throws IOException {
    String hidden = hidden(held.substring(0, end));
    held.replace(0, end, hidden);
    send(hidden.length());
  }

  private void send(int end) throws IOException {
    out.write(held.substring(0, end).getBytes(StandardCharsets.ISO_8859_1));
    held.delete(0, end);
  }

  /** Each character of what is held is one byte; a cut may have parted one of several. */
  private String hidden(String bytes) {
    byte[] raw = bytes.getBytes(StandardCharsets.ISO_8859_1);
    String text = new String(raw, StandardCharsets.UTF_8);
    String hidden = hide.apply(text);
    return hidden.equals(text)
        ? bytes
        : new String(hidden.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
