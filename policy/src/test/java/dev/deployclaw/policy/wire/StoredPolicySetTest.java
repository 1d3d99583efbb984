package dev.deployclaw.policy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoredPolicySetTest {
  private static final byte[] SMALL = "{\"v\":1}".getBytes(StandardCharsets.UTF_8);

  private static StoredPolicySet stored(byte[] bytes) {
    return StoredPolicySet.encode(bytes, CanonicalJson.sha256(bytes));
  }

  @Test
  void givesBackWhatWasStored() {
    var stored = stored(SMALL);

    assertThat(StoredPolicySet.decode(stored.manifest(), stored.chunks())).isEqualTo(SMALL);
    assertThat(StoredPolicySet.Manifest.parse(stored.manifest()).digest())
        .isEqualTo(CanonicalJson.sha256(SMALL));
  }

  @Test
  void cutsWhatIsLargeIntoChunksBelowTheRequestLimit() {
    byte[] large = new byte[3 * StoredPolicySet.CHUNK_BYTES];
    new Random(1).nextBytes(large);

    var stored = stored(large);

    assertThat(stored.chunks()).hasSizeGreaterThan(2);
    assertThat(stored.chunks()).allMatch(c -> c.length <= StoredPolicySet.CHUNK_BYTES);
    assertThat(StoredPolicySet.decode(stored.manifest(), stored.chunks())).isEqualTo(large);
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

    assertThatThrownBy(() -> StoredPolicySet.decode(stored.manifest(), List.of(altered)))
        .isInstanceOf(StoredPolicySet.DamagedSetException.class);
  }

  @Test
  void refusesMissingChunksAndForeignManifests() {
    var stored = stored(SMALL);

    assertThatThrownBy(() -> StoredPolicySet.decode(stored.manifest(), List.of()))
        .isInstanceOf(StoredPolicySet.DamagedSetException.class)
        .hasMessageContaining("0 chunks");
    assertThatThrownBy(
            () -> StoredPolicySet.decode("nonsense".getBytes(StandardCharsets.UTF_8), List.of()))
        .isInstanceOf(StoredPolicySet.DamagedSetException.class);
    assertThatThrownBy(
            () -> StoredPolicySet.decode("[]".getBytes(StandardCharsets.UTF_8), List.of()))
        .isInstanceOf(StoredPolicySet.DamagedSetException.class);
  }

  @Test
  void refusesAManifestWithAnotherDigest() {
    var stored = StoredPolicySet.encode(SMALL, "00");

    assertThatThrownBy(() -> StoredPolicySet.decode(stored.manifest(), stored.chunks()))
        .isInstanceOf(StoredPolicySet.DamagedSetException.class)
        .hasMessageContaining("digest");
  }
}
