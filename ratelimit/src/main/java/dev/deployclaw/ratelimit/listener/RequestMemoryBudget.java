package dev.deployclaw.ratelimit.listener;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What requests that aren't answered yet take of memory, all connections together, as an estimate
 * that is rather too high: a header of four letters is two hundred bytes once it is read.
 */
final class RequestMemoryBudget {
  private static final int SHARE_OF_HEAP = 5;
  private static final int BYTES_A_LINE = 200;
  private static final int BYTES_A_BYTE = 2;

  private final long most;
  private final AtomicLong used = new AtomicLong();

  RequestMemoryBudget(long most) {
    this.most = most;
  }

  static RequestMemoryBudget ofThisJvm() {
    return new RequestMemoryBudget(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  }

  /** What so many bytes and lines of requests take. */
  static int of(int bytes, int lines) {
    return bytes * BYTES_A_BYTE + lines * BYTES_A_LINE;
  }

  static int lines(ByteBuf bytes) {
    var lines = new Lines();
    bytes.forEachByte(lines);
    return lines.count;
  }

  /**
   * @return whether that is too much
   */
  boolean take(int bytes) {
    return used.addAndGet(bytes) > most;
  }

  void giveBack(int bytes) {
    used.addAndGet(-bytes);
  }

  private static final class Lines implements ByteProcessor {
    private int count;

    @Override
    public boolean process(byte value) {
      if (value == '\n') {
        count++;
      }
      return true;
    }
  }
}
