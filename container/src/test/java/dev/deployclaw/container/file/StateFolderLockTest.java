package dev.deployclaw.container.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.file.StateFolderLock.Acquisition;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderLockTest {
  @TempDir Path folder;

  @Test
  void isHeldByOneAndSaysByWhomSinceWhen() {
    var first = (Acquisition.Mine) StateFolderLock.take(folder.resolve("state"));

    var second = StateFolderLock.take(folder.resolve("state"));
    var elsewhere = (Acquisition.Mine) StateFolderLock.take(folder.resolve("other"));
    first.lock().close();
    elsewhere.lock().close();
    var later = (Acquisition.Mine) StateFolderLock.take(folder.resolve("state"));
    later.lock().close();

    assertThat(second)
        .isInstanceOfSatisfying(
            Acquisition.Others.class,
            others ->
                assertThat(others.who())
                    .matches("process " + ProcessHandle.current().pid() + " since 20.*Z"));
  }
}
