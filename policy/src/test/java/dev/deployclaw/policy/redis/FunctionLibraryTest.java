package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import org.junit.jupiter.api.Test;

class FunctionLibraryTest {
  private static final String DIGEST = "0a".repeat(32);

  @Test
  void constantsAreReadBackFromTheSource() {
    String source = FunctionLibrary.source(3, 12, DIGEST, 11);

    assertThat(source).startsWith("#!lua name=deployclaw\n");
    assertThat(FunctionLibrary.read(source)).contains(new Constants(3, 12, DIGEST, 11));
  }

  @Test
  void sameConstantsGiveTheSameSource() {
    assertThat(FunctionLibrary.source(3, 12, DIGEST, 11))
        .isEqualTo(FunctionLibrary.source(3, 12, DIGEST, 11))
        .isNotEqualTo(FunctionLibrary.source(4, 12, DIGEST, 11));
  }

  @Test
  void foreignLibraryHasNoConstants() {
    assertThat(FunctionLibrary.read("#!lua name=deployclaw\nreturn 1")).isEmpty();
  }
}
