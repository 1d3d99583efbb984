package dev.deployclaw.container.approval;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says what a test tells it, line by line, as no real mail server would. */
final class ScriptedMailServer implements AutoCloseable {
  /** Never ends its answer, a byte at a time. */
  static final String TRICKLES = "220-";

  /** The same, as fast as it is read. */
  static final String FLOODS = "220-x";

  private static final long BETWEEN_MILLIS = 20;

  final List<String> heard = new CopyOnWriteArrayList<>();
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Function<String, @Nullable String> answers;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param answers to a line, an empty one first; null closes, two go on for ever
   */
  ScriptedMailServer(Function<String, @Nullable String> answers) throws IOException {
    this.answers = answers;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::listen);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void listen() {
    while (!listener.isClosed()) {
      try {
        var socket = listener.accept();
        threads.execute(() -> talk(socket));
      } catch (IOException e) {
        return; // it was closed
      }
    }
  }

  private void talk(Socket socket) {
    try (socket) {
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String line = "";
      while (line != null) {
        String answer = answers.apply(line);
        if (answer == null) {
          return;
        }
        say(socket.getOutputStream(), answer);
        line = in.readLine();
        if (line != null) {
          heard.add(line);
        }
      }
    } catch (IOException | InterruptedException e) {
      Thread.currentThread().interrupt(); // the client left, or the test ended
    }
  }

  private void say(OutputStream out, String answer) throws IOException, InterruptedException {
    out.write(answer.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    boolean open = answer.equals(TRICKLES) || answer.equals(FLOODS);
    while (open) {
      out.write(answer.equals(FLOODS) ? new byte[1024] : new byte[1]);
      out.flush();
      open = answer.equals(FLOODS) || !closed.await(BETWEEN_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
