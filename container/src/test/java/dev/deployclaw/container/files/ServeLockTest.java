package dev.deployclaw.container.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.files.ServeLock.Taken;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeLockTest {
  @TempDir Path folder;

  @Test
  void isHeldByOneAndSaysByWhomSinceWhen() {
    var first = (Taken.Mine) ServeLock.take(folder.resolve("state"));

    var second = ServeLock.take(folder.resolve("state"));
    var elsewhere = (Taken.Mine) ServeLock.take(folder.resolve("other"));
    first.lock().close();
    elsewhere.lock().close();
    var later = (Taken.Mine) ServeLock.take(folder.resolve("state"));
    later.lock().close();

    assertThat(second)
        .isInstanceOfSatisfying(
            Taken.Others.class,
            others ->
                assertThat(others.who())
                    .matches("process " + ProcessHandle.current().pid() + " since 20.*Z"));
  }
}
