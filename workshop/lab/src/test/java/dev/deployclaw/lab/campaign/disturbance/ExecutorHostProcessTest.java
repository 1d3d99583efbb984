package dev.deployclaw.lab.campaign.disturbance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program with the host's class among its words stands in for the host. */
class ExecutorHostProcessTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  private Process agent;
  private Path socket;

  /** Listens at a Unix socket, and gives back each byte. */
  static final class EchoServer {
    private EchoServer() {}

    public static void main(String[] arguments) throws IOException {
      try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(arguments[1]));
        while (true) {
          var client = server.accept();
          var _ = Thread.ofVirtual().start(() -> echo(client));
        }
      }
    }

    private static void echo(SocketChannel client) {
      try (client) {
        var bytes = ByteBuffer.allocate(1);
        while (client.read(bytes) > 0) {
          int _ = client.write(bytes.flip());
          bytes.clear();
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** An agent whose host is started by another program, as what confines it does. */
  @BeforeEach
  void start() throws IOException {
    socket = folder.resolve("host.sock");
    var words = new ArrayList<>(List.of("/bin/sh", "-c", "/bin/sh -c '\"$@\" & wait' x \"$@\"; :"));
    words.add("agent");
    words.addAll(
        JavaProgram.words(
            List.of(), EchoServer.class, ExecutorHostProcess.MAIN, socket.toString()));
    agent = CommandRunner.of(words).start(folder.resolve("out"), folder.resolve("err"));
    BoundedWait.until("the host listens", SOON, this::isListening);
  }

  /** The file is there before anybody listens at it. */
  private boolean isListening() {
    try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @AfterEach
  void stop() {
    agent.descendants().forEach(ProcessHandle::destroyForcibly);
    agent.destroyForcibly();
  }

  @Test
  void isTheProcessThatRunsTheClassAndNoneThatStartsIt() {
    var host = ExecutorHostProcess.of(agent.pid()).orElseThrow();

    assertThat(host.process().info().command())
        .hasValueSatisfying(c -> assertThat(c).endsWith("java"));
    assertThat(ExecutorHostProcess.of(host.process().pid())).isEmpty();
  }

  @Test
  void isGoneOnceItIsKilled() {
    ExecutorHostProcess.of(agent.pid()).orElseThrow().kill();

    assertThat(ExecutorHostProcess.of(agent.pid())).isEmpty();
  }

  @Test
  void answersNothingWhileItSleeps() throws IOException {
    var host = ExecutorHostProcess.of(agent.pid()).orElseThrow();
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      host.sleep();
      client.configureBlocking(false);
      int _ = client.write(ByteBuffer.wrap(new byte[] {7}));
      var answer = ByteBuffer.allocate(1);
      assertThat(client.read(answer)).isZero();

      host.wake();
      client.configureBlocking(true);

      assertThat(client.read(answer)).isOne();
    }
  }
}
