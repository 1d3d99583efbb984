package dev.deployclaw.policy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.json.Canonical;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoredSetTest {
  private static final byte[] SMALL = "{\"v\":1}".getBytes(StandardCharsets.UTF_8);

  private static StoredSet stored(byte[] bytes) {
    return StoredSet.encode(bytes, Canonical.sha256(bytes));
  }

  @Test
  void givesBackWhatWasStored() {
    var stored = stored(SMALL);

    assertThat(StoredSet.decode(stored.manifest(), stored.chunks())).isEqualTo(SMALL);
    assertThat(StoredSet.Manifest.parse(stored.manifest()).digest())
        .isEqualTo(Canonical.sha256(SMALL));
  }

  @Test
  void cutsWhatIsLargeIntoChunksBelowTheRequestLimit() {
    byte[] large = new byte[3 * StoredSet.CHUNK_BYTES];
    new Random(1).nextBytes(large);

    var stored = stored(large);

    assertThat(stored.chunks()).hasSizeGreaterThan(2);
    assertThat(stored.chunks()).allMatch(c -> c.length <= StoredSet.CHUNK_BYTES);
    assertThat(StoredSet.decode(stored.manifest(), stored.chunks())).isEqualTo(large);
  }

  @Test
  void equalSetsGiveEqualEntries() {
    assertThat(stored(SMALL).manifest()).isEqualTo(stored(SMALL).manifest());
    assertThat(stored(SMALL).chunks().getFirst()).isEqualTo(stored(SMALL).chunks().getFirst());
  }

  @Test
  void refusesAlteredChunks() {
    var stored = stored(SMALL);
    byte[] altered = stored.chunks().getFirst().clone();
    altered[altered.length / 2] ^= 1;

    assertThatThrownBy(() -> StoredSet.decode(stored.manifest(), List.of(altered)))
        .isInstanceOf(StoredSet.Damaged.class);
  }

  @Test
  void refusesMissingChunksAndForeignManifests() {
    var stored = stored(SMALL);

    assertThatThrownBy(() -> StoredSet.decode(stored.manifest(), List.of()))
        .isInstanceOf(StoredSet.Damaged.class)
        .hasMessageContaining("0 chunks");
    assertThatThrownBy(
            () -> StoredSet.decode("nonsense".getBytes(StandardCharsets.UTF_8), List.of()))
        .isInstanceOf(StoredSet.Damaged.class);
    assertThatThrownBy(() -> StoredSet.decode("[]".getBytes(StandardCharsets.UTF_8), List.of()))
        .isInstanceOf(StoredSet.Damaged.class);
  }

  @Test
  void refusesAManifestWithAnotherDigest() {
    var stored = StoredSet.encode(SMALL, "00");

    assertThatThrownBy(() -> StoredSet.decode(stored.manifest(), stored.chunks()))
        .isInstanceOf(StoredSet.Damaged.class)
        .hasMessageContaining("digest");
  }
}
