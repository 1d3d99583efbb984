package dev.deployclaw.lab;

import static dev.deployclaw.lab.DriftScanner.Found.ahead;
import static dev.deployclaw.lab.DriftScanner.Found.left;
import static dev.deployclaw.lab.DriftScanner.Found.unreachable;
import static dev.deployclaw.lab.DriftScanner.Found.wrong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.lab.estate.DockerEnvironment;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What somebody does by hand to a gateway in a container, each kind by itself: a look finds that
 * and nothing else, a repair mends it or leaves it, and a look finds nothing.
 */
@Slow(
    guard = "dev.deployclaw.executors.docker.ContainerGatewayExecutorTest",
    because = "it looks at a whole estate for each kind of drift")
class ContainerDriftTest extends OwnLabCases {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final long NEVER = 99;

  private static DriftScanner looking;
  private static ContainerGatewayProbe gateway;
  private static long epoch;

  @BeforeAll
  static void setUp() throws Exception {
    var missing = DockerEnvironment.missing();
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
    scene = LabFixture.up(folder, new LabEstate.Size(3, false, true));
    looking = new DriftScanner(scene, "60s");
    epoch = looking.committed();
    gateway = ContainerGatewayProbe.all(scene).getFirst();
  }

  @Test
  void withoutALink() throws Exception {
    Files.delete(live());

    looking.finds(wrong("missing", gateway.member(), "has no file behind the link live"));
    looking.repairs();
  }

  @Test
  void whoseFileWasChanged() throws Exception {
    write(gateway.liveFile() + "# changed by hand\n");

    looking.finds(
        wrong("different", gateway.member(), "its file was changed after the agent wrote it"));
    looking.repairs();
  }

  @Test
  void thatRunsAnotherFileThanIsLinked() throws Exception {
    link("epochs/0");

    looking.finds(
        wrong("different", gateway.member(), "runs another file than the one that is linked"));
    looking.repairs();
  }

  @Test
  void thatRunsAFileByHand() throws Exception {
    link("epochs/0");
    restart();

    looking.finds(
        wrong("not-enforced", gateway.member(), "runs a file that the agent didn't write"));
    looking.repairs();
  }

  /** Its digest was made to fit: by itself nothing is wrong with it. */
  @Test
  void withAnotherFileThatAgreesWithItself() throws Exception {
    write(ForgedGatewayFile.of(gateway.liveFile().replace("auth_request /", "# auth_request /")));
    restart();

    looking.finds(wrong("different", gateway.member(), "the live file is not the committed one"));
    looking.repairs();
    assertThat(gateway.enforces()).isTrue();
  }

  @Test
  void atAnEarlierEpoch() throws Exception {
    copyEpoch(epoch - 1);
    link("epochs/" + (epoch - 1));

    looking.finds(
        wrong("behind", gateway.member(), "is at epoch %d instead of".formatted(epoch - 1)));
    looking.repairs();
  }

  @Test
  void atAnEpochThatNobodyCommitted() throws Exception {
    copyEpoch(NEVER);
    link("epochs/" + NEVER);

    looking.finds(
        ahead(gateway.member(), "is at epoch %d instead of".formatted(NEVER)),
        left(gateway.member(), "an epoch without a change in epochs/" + NEVER));
    looking.cannotRepair(gateway.member(), "REGRESSED");
    link("epochs/" + epoch);
    remove(NEVER);
    looking.clean();
  }

  @Test
  void withTheFenceOfALeaderThatNeverWas() throws Exception {
    var fence = gateway.files().resolve("fence");
    String ours = Files.readString(fence);
    Files.writeString(fence, NEVER + " " + epoch);

    looking.finds(ahead(gateway.member(), "term " + NEVER));
    looking.cannotRepair(gateway.member(), "REGRESSED");
    Files.writeString(fence, ours);
    looking.clean();
  }

  @Test
  void withAnEpochThatBelongsToNoChange() throws Exception {
    copyEpoch(NEVER);

    looking.finds(left(gateway.member(), "an epoch without a change in epochs/" + NEVER));
    looking.leaves();
    remove(NEVER);
    looking.clean();
  }

  @Test
  void thatIsStopped() {
    gateway.inDaemon(client -> client.stopContainerCmd(gateway.name()).withTimeout(1).exec());

    looking.finds(unreachable(gateway.member()));
    gateway.inDaemon(client -> client.startContainerCmd(gateway.name()).exec());
    awaitAnswer();
    looking.clean();
  }

  /** Near misses: other files, an older epoch, the same file again, a container started again. */
  @Test
  void whatNobodyReadsAndTheSameAgainAreNoDifference() throws Exception {
    Files.writeString(gateway.files().resolve("notes"), "by hand");
    Files.createDirectories(gateway.files().resolve("epochs/notes"));
    copyEpoch(epoch - 1);
    write(gateway.liveFile());
    restart();

    looking.clean();
  }

  private static Path live() {
    return gateway.files().resolve("live");
  }

  private static void link(String target) throws IOException {
    Files.deleteIfExists(live());
    Files.createSymbolicLink(live(), Path.of(target));
  }

  private static void write(String text) throws IOException {
    Files.writeString(live().resolve("nginx.conf"), text);
  }

  private static void copyEpoch(long to) throws IOException {
    var there = gateway.files().resolve("epochs/" + to);
    Files.createDirectories(there);
    Files.writeString(there.resolve("nginx.conf"), gateway.liveFile());
  }

  private static void remove(long of) throws IOException {
    var there = gateway.files().resolve("epochs/" + of);
    Files.delete(there.resolve("nginx.conf"));
    Files.delete(there);
  }

  /** By its daemon, which has it read its file. */
  private static void restart() {
    gateway.inDaemon(client -> client.restartContainerCmd(gateway.name()).withTimeout(1).exec());
    awaitAnswer();
  }

  private static void awaitAnswer() {
    BoundedWait.until("it answers", SOON, ContainerDriftTest::answers);
  }

  /** Whatever it says. */
  private static boolean answers() {
    try {
      return gateway.ask("wonka", "/orders/1").status() > 0;
    } catch (UncheckedIOException | IllegalStateException e) {
      return false;
    }
  }
}
