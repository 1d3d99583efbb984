package dev.deployclaw.lab.judge.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** Lines that end with CRLF or LF, as line protocols have them. */
final class LineReader {
  private static final int LONGEST = 1 << 20;

  private LineReader() {}

  /**
   * @throws EOFException when the stream ends before the line does
   */
  static String read(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || line.length() == LONGEST) {
        throw new EOFException("the answer ended within a line: " + line);
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }
}
