package dev.deployclaw.container.remote;

import dev.deployclaw.container.cli.console.TerminalPrompt;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Listens in the state folder for commands of this machine's users and runs them, a bounded number
 * at once. The rights of socket and {@link ClientPass} admit the agent's own user (and root), but
 * no executor host or plugin; the kernel names the caller. The command of a client that leaves is
 * carried out nevertheless: an interrupt in the middle of a write would close the files that all
 * commands share.
 */
public final class RemoteCommandListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteCommandListener.class);
  private static final int MOST_AT_ONCE = 16;
  private static final Bounds BOUNDS =
      new Bounds(Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofMinutes(10));

  private static final Duration AFTER_FAILURE = Duration.ofMillis(100);

  /** At so many bytes a frame of output leaves. */
  private static final int FRAME = 1 << 13;

  private final Path socket;
  private final Optional<Listening> server;
  private final Runner runner;
  private final Duration stopWithin;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicInteger strangers = new AtomicInteger();
  private final Bounds bounds;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("command-", 0).factory());

  /** Runs clients' commands. */
  public interface Runner {
    /** Whether the command is one for this agent; a client whose isn't runs it itself. */
    boolean accepts(RemoteClient client);

    /** Runs a command and returns its exit code. */
    int run(RemoteClient client, OutputStream out, OutputStream err);
  }

  /**
   * How long a client is awaited.
   *
   * @param read until its whole command has come
   * @param write until it takes any of the output that waits for it
   * @param answer until its person has answered a question
   */
  record Bounds(Duration read, Duration write, Duration answer) {}

  private record Listening(ServerSocketChannel channel, ClientPass pass) {}

  private RemoteCommandListener(Path socket, Runner runner, Duration stopWithin, Bounds bounds) {
    this.socket = socket;
    this.server = listening(socket);
    this.runner = runner;
    this.stopWithin = stopWithin;
    this.bounds = bounds;
  }

  /**
   * Listens, where that is possible: without it, commands run in their own processes.
   *
   * @param stateDir locked by this process, so that a socket there is of one that died
   * @param stopWithin how long commands may take at the end before they are interrupted
   */
  public static RemoteCommandListener start(Path stateDir, Duration stopWithin, Runner runner) {
    return start(stateDir, stopWithin, runner, BOUNDS);
  }

  static RemoteCommandListener start(
      Path stateDir, Duration stopWithin, Runner runner, Bounds bounds) {
    var socket = stateDir.resolve(AgentSocketLocator.SOCKET);
    var listener = new RemoteCommandListener(socket, runner, stopWithin, bounds);
    listener.server.ifPresent(open -> listener.threads.execute(() -> listener.accept(open)));
    return listener;
  }

  private static Optional<Listening> listening(Path socket) {
    try {
      Files.deleteIfExists(socket);
      var pass = ClientPass.create(socket.resolveSibling(""));
      return Optional.of(new Listening(bound(socket), pass));
    } catch (IOException | UnsupportedOperationException e) {
      LOG.atWarn()
          .addKeyValue("socket", socket)
          .addKeyValue("reason", e.toString())
          .log("Commands don't reach the agent by a socket: each starts an agent of its own");
      return Optional.empty();
    }
  }

  /** Binds in a folder that only this user enters: no client connects before the rights are set. */
  private static ServerSocketChannel bound(Path socket) throws IOException {
    var own = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    var folder = Files.createTempDirectory(socket.resolveSibling(""), ".socket", own);
    var hidden = folder.resolve("s");
    var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    boolean done = false;
    try {
      channel.bind(UnixDomainSocketAddress.of(hidden));
      Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
      Files.move(hidden, socket);
      done = true;
      return channel;
    } finally {
      Files.deleteIfExists(hidden);
      Files.deleteIfExists(folder);
      if (!done) {
        channel.close();
      }
    }
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    try {
      if (server.isPresent()) {
        server.get().channel().close();
        Files.deleteIfExists(socket);
        Files.deleteIfExists(socket.resolveSibling(ClientPass.FILE));
      }
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("socket", socket).setCause(e).log("The socket stays");
    }
    threads.shutdown();
    try {
      if (!places.tryAcquire(MOST_AT_ONCE, stopWithin.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("A client's command is interrupted; the next start finishes its change");
      }
      threads.shutdownNow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A failed accept, of a process with too many open files, is repeated after a pause. */
  private void accept(Listening open) {
    while (open.channel().isOpen()) {
      try {
        admit(open.channel().accept(), open.pass());
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.atWarn().setCause(e).log("A client's connection failed");
        LockSupport.parkNanos(AFTER_FAILURE.toNanos());
      }
    }
  }

  /** A client without a place runs its command itself. */
  private void admit(SocketChannel client, ClientPass pass) throws IOException {
    if (!places.tryAcquire()) {
      client.close();
      return;
    }
    try {
      threads.execute(() -> serve(client, pass));
    } catch (RejectedExecutionException e) {
      places.release();
      client.close();
    }
  }

  private void serve(SocketChannel channel, ClientPass pass) {
    try (channel) {
      var deadline = new ConnectionDeadline(channel);
      threads.execute(deadline::watch);
      var out =
          new DataOutputStream(
              new BufferedOutputStream(deadline.output(bounds.write()), FRAME + 5));
      var user = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
      var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
      var lock = new Object();
      var person = new ClientPrompt(in, out, lock, deadline, bounds.answer());
      var client = new RemoteClient(read(in, deadline, pass), user, person);
      if (!runner.accepts(client)) {
        return;
      }
      out.writeByte(RemoteCommand.ACCEPTED);
      out.flush();
      int exit =
          runner.run(
              client,
              new FrameStream(RemoteCommand.OUT, out, lock),
              new FrameStream(RemoteCommand.ERR, out, lock));
      synchronized (lock) {
        out.writeByte(RemoteCommand.EXIT);
        out.writeInt(exit);
        out.flush();
      }
    } catch (AccessDeniedException e) {
      // At the first, second, fourth, eighth, … time: it could fill the disk.
      int times = strangers.incrementAndGet();
      LOG.atLevel(Integer.bitCount(times) == 1 ? Level.WARN : Level.DEBUG)
          .addKeyValue("socket", socket)
          .addKeyValue("times", times)
          .log(
              "A client that can't read the agent's pass is sent away: a host or plugin, or of"
                  + " another start");
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("reason", e.toString()).log("A client left");
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("A client's command failed");
    } finally {
      places.release();
    }
  }

  private RemoteCommand read(DataInputStream in, ConnectionDeadline deadline, ClientPass pass)
      throws IOException {
    deadline.set(bounds.read());
    var command = RemoteCommand.read(in, pass);
    deadline.clear();
    return command;
  }

  /** Asks the person at the client's terminal. */
  private record ClientPrompt(
      DataInputStream in,
      DataOutputStream out,
      Object lock,
      ConnectionDeadline deadline,
      Duration within)
      implements TerminalPrompt {
    @Override
    public Optional<String> ask(String text) {
      try {
        synchronized (lock) {
          out.writeByte(RemoteCommand.ASK);
          RemoteCommand.write(out, text);
          out.flush();
        }
        deadline.set(within);
        int length = in.readInt();
        return length < 0 || length > RemoteCommand.MOST_ANSWER
            ? Optional.empty()
            : Optional.of(new String(in.readNBytes(length), StandardCharsets.UTF_8));
      } catch (IOException e) {
        LOG.atDebug().addKeyValue("reason", e.toString()).log("A client left before it answered");
        return Optional.empty();
      } finally {
        deadline.clear();
      }
    }
  }

  /** Each write is a frame. */
  private static final class FrameStream extends OutputStream {
    private final int type;
    private final DataOutputStream out;
    private final Object lock;

    FrameStream(int type, DataOutputStream out, Object lock) {
      this.type = type;
      this.out = out;
      this.lock = lock;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      synchronized (lock) {
        out.writeByte(type);
        out.writeInt(count);
        out.write(bytes, from, count);
        out.flush();
      }
    }
  }
}
