package dev.deployclaw.executors.nginx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway's folder in foreign hands, beside a folder that only the agent may write to. */
class TakenFolderTest {
  private static final byte[] TEXT = "events {}".getBytes(UTF_8);
  private static final int TURNS = 2_000;
  private static final int MOST_TURNS = 100_000;

  @TempDir Path root;

  private Path folder;
  private Path agents;
  private EpochFolder epochs;

  @BeforeEach
  void make() throws Exception {
    folder = Files.createDirectories(root.resolve("gateway"));
    agents = Files.createDirectories(root.resolve("agents/7")).resolveSibling("");
    Files.writeString(agents.resolve("7/key"), "secret");
    epochs = new EpochFolder(folder);
    epochs.write(0, EpochFolder.FILE, TEXT);
    epochs.switchTo(new FenceMark(1, 0));
  }

  @Test
  void leadsNoWriteElsewhere() throws Exception {
    Files.createSymbolicLink(folder.resolve("epochs/7"), agents.resolve("7"));

    assertThatThrownBy(() -> epochs.write(7, EpochFolder.FILE, TEXT))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("epochs/7: isn't a folder, or is a link to one");

    assertThat(kept()).containsExactly("key");
  }

  @Test
  void leadsNoDeleteElsewhere() throws Exception {
    Files.createSymbolicLink(folder.resolve("epochs/7"), agents.resolve("7"));
    epochs.delete(7);
    assertThat(folder.resolve("epochs/7")).doesNotExist();

    replaceEpochsByLink();

    assertThatThrownBy(() -> epochs.delete(7)).isInstanceOf(FileSystemException.class);
    assertThat(kept()).containsExactly("key");
  }

  @Test
  void showsNoFileElsewhere() throws Exception {
    Path staged = folder.resolve("epochs/0/nginx.conf");
    Files.delete(staged);
    Files.createSymbolicLink(staged, agents.resolve("7/key"));

    assertThatThrownBy(epochs::liveFile).hasMessageContaining("is a link: put the file itself");

    Files.delete(folder.resolve("live"));
    Files.createSymbolicLink(folder.resolve("live"), agents.resolve("7"));
    assertThat(epochs.liveFile()).isEmpty();
  }

  /** Which only some systems forbid (fs.protected_hardlinks of proc(5)). */
  @Test
  void showsNoFileElsewhereUnderASecondName() throws Exception {
    Path staged = folder.resolve("epochs/0/nginx.conf");
    Files.delete(staged);
    Files.createLink(staged, agents.resolve("7/key"));

    assertThatThrownBy(epochs::liveFile).hasMessageContaining("put a copy there");
  }

  @Test
  void opensNoLockAndNoFenceElsewhere() throws Exception {
    Path lock = folder.resolve("fence.lock");
    Files.delete(lock);
    Files.createSymbolicLink(lock, agents.resolve("7/made"));

    assertThatThrownBy(() -> epochs.switchTo(new FenceMark(2, 1))).isInstanceOf(IOException.class);

    assertThat(kept()).containsExactly("key");
    Files.delete(folder.resolve("fence"));
    Files.createSymbolicLink(folder.resolve("fence"), agents.resolve("7/key"));
    assertThatThrownBy(epochs::standing).hasMessageContaining("is a link");
  }

  @Test
  void holdsUpNoReaderByAPipe() throws Exception {
    for (String name : new String[] {"epochs/0/nginx.conf", "fence", "fence.lock"}) {
      Files.delete(folder.resolve(name));
      var _ = CommandRunner.of("mkfifo", folder.resolve(name).toString()).must();
    }

    assertThatThrownBy(epochs::liveFile).hasMessageContaining("isn't a regular file");
    assertThatThrownBy(epochs::standing).hasMessageContaining("isn't a regular file");
    assertThatThrownBy(() -> epochs.switchTo(new FenceMark(2, 1))).isInstanceOf(IOException.class);
  }

  /** A hole of a file costs the gateway nothing. */
  @Test
  void fillsNoMemoryByALargeFile() throws Exception {
    try (var file = new RandomAccessFile(folder.resolve("epochs/0/nginx.conf").toFile(), "rw")) {
      file.setLength(1L << 40);
    }

    assertThatThrownBy(epochs::liveFile).hasMessageContaining("is larger than a gateway's file");
  }

  /** The name leads to the agent's folder every other moment. */
  @Test
  void winsNoRaceForAFolder() throws Exception {
    var over = new AtomicBoolean();
    var swapper = Thread.ofPlatform().start(() -> swap(over));
    int written = 0;
    int refused = 0;
    try {
      for (int i = 0; i < MOST_TURNS && (i < TURNS || written == 0 || refused == 0); i++) {
        try {
          epochs.write(7, EpochFolder.FILE, TEXT);
          epochs.delete(7);
          written++;
        } catch (IOException e) {
          refused++;
        }
        assertThat(kept()).containsExactly("key");
      }
    } finally {
      over.set(true);
      swapper.join();
    }
    System.out.println("written " + written + ", refused " + refused);
    assertThat(written).isPositive();
    assertThat(refused).isPositive();
  }

  private void swap(AtomicBoolean over) {
    Path name = folder.resolve("epochs");
    for (int i = 0; !over.get(); i++) {
      Path away = root.resolve("away-" + i);
      tried(() -> Files.move(name, away, ATOMIC_MOVE));
      tried(() -> Files.createSymbolicLink(name, agents));
      Thread.onSpinWait();
      tried(() -> Files.move(name, root.resolve("link"), ATOMIC_MOVE));
    }
  }

  /** The agent makes the folder again as soon as it misses it. */
  private static void tried(Callable<Path> step) {
    try {
      step.call();
    } catch (IOException e) {
      // the next turn tries again
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void replaceEpochsByLink() throws IOException {
    Files.move(folder.resolve("epochs"), root.resolve("real"));
    Files.createSymbolicLink(folder.resolve("epochs"), agents);
  }

  private List<String> kept() throws IOException {
    try (Stream<Path> all = Files.list(agents.resolve("7"))) {
      return all.map(p -> p.getFileName().toString()).toList();
    }
  }
}
