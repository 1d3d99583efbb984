package dev.deployclaw.container.approval.platform;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/** Reads no more than a dialogue needs: the mail library keeps all that a server says. */
final class BoundedSocket extends Socket {
  static final int MOST_BYTES = 256 << 10;

  private int left = MOST_BYTES;

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(super.getInputStream()) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0) {
          throw new IOException("the server says more than " + MOST_BYTES + " bytes");
        }
        int count = super.read(bytes, offset, Math.min(length, left));
        left -= Math.max(0, count);
        return count;
      }
    };
  }
}
