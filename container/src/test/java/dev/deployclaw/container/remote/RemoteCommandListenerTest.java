package dev.deployclaw.container.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.wiring.RuntimeSource;
import dev.deployclaw.testkit.BoundedWait;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.commons.lang3.function.FailableConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Client and listener over a real socket; the commands are the test's. */
class RemoteCommandListenerTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int LARGE = 3 << 20;

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicReference<RemoteClient> seen = new AtomicReference<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private RemoteCommandListener listener;

  /** Commands by their first word. */
  private final RemoteCommandListener.Runner runner =
      new RemoteCommandListener.Runner() {
        @Override
        public boolean accepts(RemoteClient client) {
          seen.set(client);
          return !client.arguments()[0].equals("other");
        }

        @Override
        public int run(RemoteClient client, OutputStream out, OutputStream err) {
          try {
            return switch (client.arguments()[0]) {
              case "large" -> {
                out.write(new byte[LARGE]);
                yield 0;
              }
              case "wait" -> {
                begun.countDown();
                go.await();
                yield 0;
              }
              case "ask" -> {
                var answer = client.in(RuntimeSource.OWN).prompt().ask("which? ");
                out.write(answer.orElse("nobody").getBytes(StandardCharsets.UTF_8));
                yield 0;
              }
              default -> {
                out.write("what was asked\n".getBytes(StandardCharsets.UTF_8));
                err.write("a warning\n".getBytes(StandardCharsets.UTF_8));
                yield 5;
              }
            };
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        }
      };

  @BeforeEach
  void start() {
    listener = RemoteCommandListener.start(folder, SOON, runner);
  }

  @AfterEach
  void stop() {
    go.countDown();
    listener.close();
  }

  @Test
  void passesArgumentsOutputAndExitCode() {
    assertThat(run("status", "--json")).hasValue(5);

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("what was asked\n");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("a warning\n");
    assertThat(seen.get().arguments()).containsExactly("status", "--json");
    assertThat(seen.get().environment()).isEqualTo(Map.of("DEPLOYCLAW_LOG", "info"));
    assertThat(seen.get().configuration()).isEqualTo(folder.resolve("deployclaw.yaml"));
  }

  @Test
  void asksThePersonAtTheClient() {
    assertThat(typing("per minute\nand more\n", "ask")).hasValue(0);

    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("which? ");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("per minute");
  }

  @Test
  void whereNobodyTypesTheCommandGoesOn() {
    assertThat(typing("", "ask")).hasValue(0);

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("nobody");
  }

  @Test
  void aLineThatIsTooLongIsNoAnswer() {
    assertThat(typing("x".repeat(RemoteCommand.MOST_ANSWER + 1) + "\n", "ask")).hasValue(0);

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("nobody");
  }

  @Test
  void passesLargeOutputWhole() {
    assertThat(run("large")).hasValue(0);

    assertThat(out.size()).isEqualTo(LARGE);
  }

  @Test
  void theKernelNamesTheCaller() throws IOException {
    run("status");

    assertThat(seen.get().in(RuntimeSource.OWN).user())
        .isEqualTo(Files.getOwner(Path.of("/proc/self")).getName());
  }

  @Test
  void admitsItsOwnUserAlone() throws IOException {
    for (var file : List.of(socket(), pass())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    try (var files = Files.list(folder)) {
      assertThat(files)
          .as("no folder is left of the start")
          .containsExactlyInAnyOrder(socket(), pass());
    }
  }

  @Test
  void aClientWithAnotherConfigurationRunsItsCommandItself() {
    assertThat(run("other")).isEmpty();
    assertThat(out.size()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "deployclaw: the agent that serves has another configuration or program, or is busy;"
                + " this command runs in its own process\n");
  }

  @Test
  void aClientWithoutAnAgentRunsItsCommandItself() throws IOException {
    listener.close();
    assertThat(run("status")).as("no socket").isEmpty();

    Files.createFile(socket());
    err.reset();
    assertThat(run("status")).as("of an agent that died").isEmpty();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "deployclaw: no agent serves at "
                + socket()
                + " any more; this command runs in its own process\n");
    listener = RemoteCommandListener.start(folder, SOON, runner);
    assertThat(run("status")).as("of its successor").hasValue(5);
  }

  @Test
  void takesNoMoreCommandsAtOnceThanItsPlaces() throws Exception {
    var waiting = new ArrayList<Thread>();
    for (int i = 0; i < 16; i++) {
      // One that comes while the test asks finds no place, and comes again.
      waiting.add(Thread.ofVirtual().start(() -> untilItRan("wait")));
    }
    BoundedWait.until("all places are taken", SOON, () -> run("status").isEmpty());

    go.countDown();

    for (var thread : waiting) {
      thread.join();
    }
    BoundedWait.until("a place is free", SOON, () -> run("status").isPresent());
  }

  @Test
  void atItsEndARunningCommandHasItsTime() throws Exception {
    var exit = new AtomicReference<>(OptionalInt.empty());
    var client = Thread.ofVirtual().start(() -> exit.set(run("wait")));
    begun.await();

    var closing = Thread.ofVirtual().start(listener::close);
    BoundedWait.until("no client is admitted any more", SOON, () -> !Files.exists(socket()));
    go.countDown();
    closing.join();
    client.join();

    assertThat(exit.get()).hasValue(0);
  }

  @Test
  void sendsAwayWhatIsNoCommand() throws IOException {
    for (var words : List.of(new int[] {0x47455420}, new int[] {0x44435231, 99})) {
      assertSentAway(to -> writeInts(to, words));
    }
    for (var words : List.of(new int[] {-1}, new int[] {1 << 20}, new int[] {1, 1 << 30})) {
      assertSentAway(to -> {
        writeInts(to, 0x44435231, 2);
        RemoteCommand.write(to, ClientPass.beside(socket()).text());
        writeInts(to, words);
      });
    }
    assertThat(run("status")).hasValue(5);
  }

  /** As an executor host or plugin of the agent's own user is, which may not read the pass. */
  @Test
  void sendsAwayAClientThatCannotReadThePass() throws IOException {
    var own = ClientPass.beside(socket());
    try (var log = CapturedLog.of(RemoteCommandListener.class)) {
      for (var pass : List.of("", own.text().substring(1), own.text() + "0", "0".repeat(64))) {
        assertSentAway(to -> command("thaw").write(to, new ClientPass(pass)));
      }
      assertThat(seen.get()).as("no runner is asked").isNull();
      BoundedWait.until(
          "it warns at the first, second and fourth time", SOON, () -> warnings(log) == 3);
    }
    assertThat(own).as("no log has it").hasToString("ClientPass[***]");

    listener.close();
    listener = RemoteCommandListener.start(folder, SOON, runner);
    assertThat(ClientPass.beside(socket()).text()).as("of the next start").isNotEqualTo(own.text());
  }

  /** A client may see that it's sent away before that is logged. */
  private static long warnings(CapturedLog log) {
    return log.lines().stream().filter(e -> e.getLevel() == Level.WARN).count();
  }

  @Test
  void sendsAwayAClientThatSaysNothing() throws IOException {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket()));
      var from = new DataInputStream(Channels.newInputStream(channel));
      assertThatThrownBy(from::readUnsignedByte).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void aClientThatTakesNoOutputGivesItsPlaceBack() throws Exception {
    listener.close();
    var soon = new RemoteCommandListener.Bounds(SOON, Duration.ofMillis(300), SOON);
    listener = RemoteCommandListener.start(folder, SOON, runner, soon);
    var silent = new ArrayList<SocketChannel>();
    for (int i = 0; i < 16; i++) {
      var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      silent.add(channel);
      channel.connect(UnixDomainSocketAddress.of(socket()));
      command("large")
          .write(
              new DataOutputStream(Channels.newOutputStream(channel)), ClientPass.beside(socket()));
    }

    BoundedWait.until("a place is free", SOON, () -> run("status").isPresent());

    var lengths = new ArrayList<Integer>();
    for (var channel : silent) {
      try (channel) {
        lengths.add(Channels.newInputStream(channel).readAllBytes().length);
      }
    }
    // The later ones may be in time still.
    assertThat(lengths).as("what they got").anyMatch(length -> length < LARGE);
  }

  @Test
  void aPersonWhoDoesNotAnswerGivesTheirPlaceBack() throws Exception {
    listener.close();
    var soon = new RemoteCommandListener.Bounds(SOON, SOON, Duration.ofMillis(300));
    listener = RemoteCommandListener.start(folder, SOON, runner, soon);
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket()));
      command("ask")
          .write(
              new DataOutputStream(Channels.newOutputStream(channel)), ClientPass.beside(socket()));

      var got = Channels.newInputStream(channel).readAllBytes();

      assertThat(new String(got, StandardCharsets.UTF_8)).contains("which? ");
    }
  }

  @Test
  void aClientDoesNotAwaitAnAgentThatIsStopped() throws Exception {
    var stopped = folder.resolve("stopped.sock");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(stopped)); // and accepts nobody
      var output = new RemoteCommandClient.Output(out, err, InputStream.nullInputStream());

      int exit =
          RemoteCommandClient.run(stopped, command("status"), output, Duration.ofMillis(100))
              .orElse(-1);

      assertThat(exit).as("whether it was begun isn't known").isEqualTo(7);
      assertThat(err.toString(StandardCharsets.UTF_8)).contains("DEPLOYCLAW_STANDALONE=1");
    }
  }

  private void assertSentAway(FailableConsumer<DataOutputStream, IOException> said)
      throws IOException {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket()));
      var to = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
      said.accept(to);
      to.flush();
      var from = new DataInputStream(Channels.newInputStream(channel));
      assertThatThrownBy(from::readUnsignedByte).isInstanceOf(EOFException.class);
    }
  }

  private static void writeInts(DataOutputStream to, int... words) throws IOException {
    for (int word : words) {
      to.writeInt(word);
    }
  }

  private void untilItRan(String word) {
    BoundedWait.until(word + " ran", SOON, () -> run(word).isPresent());
  }

  private OptionalInt run(String... words) {
    var output = new RemoteCommandClient.Output(out, err, InputStream.nullInputStream());
    return RemoteCommandClient.run(socket(), command(words), output);
  }

  private OptionalInt typing(String lines, String... words) {
    var in = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
    return RemoteCommandClient.run(
        socket(), command(words), new RemoteCommandClient.Output(out, err, in));
  }

  private RemoteCommand command(String... words) {
    return new RemoteCommand(
        List.of(words),
        folder.resolve("deployclaw.yaml"),
        folder,
        folder,
        Map.of("DEPLOYCLAW_LOG", "info"),
        false);
  }

  private Path pass() {
    return folder.resolve("agent.pass");
  }

  private Path socket() {
    return folder.resolve("agent.sock");
  }
}
