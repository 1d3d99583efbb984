package dev.deployclaw.bench.redis;

import dev.deployclaw.testkit.network.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * One socket to one node, over which a batch goes in one write while its answers are read and
 * counted: the least that a pipeline can cost in this JVM.
 */
public final class RawSocketPipe implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int PIECE_BYTES = 64 << 10;

  private final Socket socket;
  private final byte[] piece = new byte[PIECE_BYTES];

  public RawSocketPipe(HostPort node) {
    try {
      socket = new Socket(node.host(), node.port());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a small batch and reads its answers, on the caller's thread. */
  public void exchange(RespBatch batch) {
    write(batch);
    read(batch);
  }

  /**
   * Sends the batch on another thread while this one reads.
   *
   * @return bytes of the answers
   */
  public long exchange(RespBatch batch, ExecutorService threads) throws InterruptedException {
    Future<?> sent = threads.submit(() -> write(batch));
    long received = read(batch);
    try {
      sent.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the batch was not sent", e);
    }
    return received;
  }

  /** Sends one small command, and returns its answer as it came (RESP2). */
  public String ask(RespBatch command) {
    write(command);
    var answer = new ByteArrayOutputStream();
    long _ = read(command, answer);
    return answer.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(RespBatch batch) {
    try {
      socket.getOutputStream().write(batch.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long read(RespBatch batch) {
    return read(batch, OutputStream.nullOutputStream());
  }

  private long read(RespBatch batch, OutputStream to) {
    var count = new RespReplyCounter(batch.commands());
    long received = 0;
    try {
      while (!count.complete()) {
        int length = socket.getInputStream().read(piece);
        if (length < 0) {
          throw new EOFException("the node hung up");
        }
        count.take(piece, length);
        to.write(piece, 0, length);
        received += length;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return received;
  }

  /** Tells where the answers to a batch end (RESP2), in pieces as they arrive, and nothing else. */
  private static final class RespReplyCounter {
    private static final int LONGEST_LINE = 1_024;

    private final byte[] line = new byte[LONGEST_LINE];
    private int lineLength;
    private long elements;
    private long skip;

    RespReplyCounter(int replies) {
      this.elements = replies;
    }

    boolean complete() {
      return elements == 0 && skip == 0;
    }

    /**
     * Takes the next piece.
     *
     * @throws IllegalStateException with the server's words at the first error
     */
    void take(byte[] piece, int length) {
      int at = 0;
      while (at < length) {
        if (skip > 0) {
          long skipped = Math.min(skip, length - at);
          skip -= skipped;
          at += (int) skipped;
        } else {
          take(piece[at++]);
        }
      }
    }

    private void take(byte b) {
      if (b == '\n') {
        header();
        lineLength = 0;
      } else if (b != '\r') {
        line[lineLength++] = b;
      }
    }

    private void header() {
      elements--;
      switch (line[0]) {
        case '*' -> elements += Math.max(0, number());
        case '$' -> skip = number() < 0 ? 0 : number() + 2;
        case ':', '+' -> {}
        default ->
            throw new IllegalStateException(
                "the answer is " + new String(line, 0, lineLength, StandardCharsets.UTF_8));
      }
    }

    private long number() {
      long number = 0;
      for (int i = 1; i < lineLength; i++) {
        if (line[i] == '-') {
          return -1;
        }
        number = number * 10 + (line[i] - '0');
      }
      return number;
    }
  }
}
