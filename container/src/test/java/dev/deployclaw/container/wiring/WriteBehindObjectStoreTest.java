package dev.deployclaw.container.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.fake.FakeObjectStore;
import dev.deployclaw.core.spi.ObjectStore.Put;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.BoundedWait;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteBehindObjectStoreTest {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final byte[] BYTES = "{\"held\":1}".getBytes(StandardCharsets.UTF_8);
  private static final String HASH = CanonicalJson.sha256(BYTES);
  private static final String NAME = "checkpoints/" + HASH + ".json";

  @TempDir Path folder;

  private final FakeObjectStore bucket = new FakeObjectStore();

  @Test
  void whatTheStoreCouldNotTakeIsStoredByALaterRound() throws Exception {
    bucket.reachable(false);
    try (var late = WriteBehindObjectStore.around(bucket, folder)) {
      assertThat(late.create(NAME, BYTES)).isInstanceOf(Put.Failed.class);
      assertThat(late.keep(NAME, BYTES)).isTrue();
      assertThat(late.settle()).isEqualTo(1);
      bucket.reachable(true);

      assertThat(late.settle()).isZero();

      assertThat(bucket.names()).isEqualTo(Set.of(NAME));
      assertThat(folder.resolve("pending")).isEmptyDirectory();
    }
  }

  @Test
  void theNextStartStoresWhatAnEarlierProcessKept() throws Exception {
    bucket.reachable(false);
    try (var late = WriteBehindObjectStore.around(bucket, folder)) {
      assertThat(late.keep(NAME, BYTES)).isTrue();
    }
    bucket.reachable(true);

    try (var _ = WriteBehindObjectStore.around(bucket, folder)) {
      BoundedWait.until("it is stored", SOON, () -> bucket.names().contains(NAME));
      BoundedWait.until("its file is gone", SOON, () -> files() == 0);
    }
  }

  @Test
  void whatIsThereAlreadyIsComparedAndNeverReplaced() throws Exception {
    bucket.alter(NAME, "altered".getBytes(StandardCharsets.UTF_8));
    try (var late = WriteBehindObjectStore.around(bucket, folder)) {
      assertThat(late.keep(NAME, BYTES)).isTrue();

      assertThat(late.settle()).isEqualTo(1);

      assertThat(files()).isEqualTo(1);
      bucket.alter(NAME, BYTES);
      assertThat(late.settle()).isZero();
    }
  }

  @Test
  void aFileThatWasChangedIsNotStored() throws Exception {
    bucket.reachable(false);
    try (var late = WriteBehindObjectStore.around(bucket, folder)) {
      assertThat(late.keep(NAME, BYTES)).isTrue();
      Files.writeString(folder.resolve("pending").resolve(HASH), "something else");
      bucket.reachable(true);

      assertThat(late.settle()).isEqualTo(1);

      assertThat(bucket.names()).isEmpty();
    }
  }

  @Test
  void onlyWhatIsNamedByItsHashIsKept() throws Exception {
    try (var late = WriteBehindObjectStore.around(bucket, folder)) {
      assertThatThrownBy(() -> late.keep("checkpoints/../../x.json", BYTES))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> late.keep(NAME, new byte[] {1}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private long files() {
    try (var all = Files.list(folder.resolve("pending"))) {
      return all.count();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
