package dev.deployclaw.executors.nginx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.executors.member.FenceMark;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochFolderTest {
  private static final int LEADERS = 8;

  @TempDir Path folder;

  @Test
  void movesLinkAndFenceTogether() throws Exception {
    var epochs = new EpochFolder(folder);

    assertThat(epochs.switchTo(new FenceMark(3, 7))).isEmpty();

    assertThat(link()).isEqualTo("epochs/7");
    assertThat(fence()).isEqualTo(new FenceMark(3, 7));
  }

  @Test
  void takesTheSameAgainAndRefusesWhatIsLower() throws Exception {
    var epochs = new EpochFolder(folder);
    epochs.switchTo(new FenceMark(3, 7));

    assertThat(epochs.switchTo(new FenceMark(3, 7))).isEmpty();
    assertThat(epochs.switchTo(new FenceMark(2, 8)).orElse(""))
        .contains("the leader of the later term 3 has already written here");
    assertThat(epochs.switchTo(new FenceMark(4, 6)).orElse(""))
        .contains("the later epoch 7 is live");

    assertThat(link()).isEqualTo("epochs/7");
    assertThat(fence()).isEqualTo(new FenceMark(3, 7));
  }

  @Test
  void ofManyAtOnceTheLastOneStands() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Callable<Optional<String>>>();
      for (int i = 1; i <= LEADERS; i++) {
        var mark = new FenceMark(i, 10 + i);
        all.add(() -> new EpochFolder(folder).switchTo(mark));
      }
      for (var one : threads.invokeAll(all)) {
        one.get();
      }
    }

    assertThat(fence()).isEqualTo(new FenceMark(LEADERS, 10 + LEADERS));
    assertThat(link()).isEqualTo("epochs/" + (10 + LEADERS));
  }

  @Test
  void removesAnEpochAsOftenAsAsked() throws Exception {
    var epochs = new EpochFolder(folder);
    epochs.write(4, EpochFolder.FILE, "x".getBytes(StandardCharsets.UTF_8));

    epochs.delete(4);
    epochs.delete(4);

    assertThat(folder.resolve("epochs/4")).doesNotExist();
  }

  @Test
  void readsNoFenceOutOfAForeignFile() {
    assertThat(FenceMark.parse("by hand")).isEqualTo(FenceMark.NOBODY);
    assertThat(FenceMark.parse(new FenceMark(9, 12).text())).isEqualTo(new FenceMark(9, 12));
  }

  private String link() throws Exception {
    return Files.readSymbolicLink(folder.resolve("live")).toString();
  }

  private FenceMark fence() throws Exception {
    return FenceMark.parse(Files.readString(folder.resolve(EpochFolder.FENCE)));
  }
}
