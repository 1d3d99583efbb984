package dev.deployclaw.executors.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.policy.json.CanonicalJson;
import org.junit.jupiter.api.Test;

class ContentCacheTest {
  @Test
  void keepsTheLastEight() {
    var cache = new ContentCache();
    for (int i = 0; i < 100; i++) {
      cache.put(new byte[] {(byte) i});
    }
    for (int i = 92; i < 100; i++) {
      assertThat(cache.bytes(CanonicalJson.sha256(new byte[] {(byte) i}))).isPresent();
    }
    assertThat(cache.bytes(CanonicalJson.sha256(new byte[] {0}))).isEmpty();
  }

  @Test
  void forgetsWhatWasNotAskedForTheLongest() {
    var cache = new ContentCache(2, 1_000);
    String first = cache.put(new byte[] {1});
    String second = cache.put(new byte[] {2});
    assertThat(cache.bytes(first)).isPresent();

    cache.put(new byte[] {3});

    assertThat(cache.bytes(first)).isPresent();
    assertThat(cache.bytes(second)).isEmpty();
  }

  @Test
  void boundsItsBytesButKeepsTheLast() {
    var cache = new ContentCache(8, 100);
    String small = cache.put(new byte[60]);
    String large = cache.put(new byte[90]);
    String larger = cache.put(new byte[500]);

    assertThat(cache.bytes(small)).isEmpty();
    assertThat(cache.bytes(large)).isEmpty();
    assertThat(cache.bytes(larger)).isPresent();
  }

  @Test
  void readsASetOnce() {
    var set = SampleSets.of(2);
    var cache = new ContentCache();
    String sha256 = cache.put(set.bytes());

    assertThat(cache.set(sha256)).contains(set);
    assertThat(cache.set(sha256).orElseThrow()).isSameAs(cache.set(sha256).orElseThrow());
    assertThatIllegalArgumentException().isThrownBy(() -> cache.restores(sha256));
  }
}
