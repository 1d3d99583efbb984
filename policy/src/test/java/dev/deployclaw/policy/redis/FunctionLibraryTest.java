package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.FunctionLibrary.LibrarySeal;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FunctionLibraryTest {
  private static final String DIGEST = "0a".repeat(32);

  @Test
  void constantsAreReadBackFromTheSource() {
    String source = FunctionLibrary.source(3, 12, DIGEST, 11);

    assertThat(source).startsWith("#!lua name=deployclaw\n");
    assertThat(FunctionLibrary.read(source))
        .contains(new Constants(3, 12, DIGEST, 11, 0, Optional.empty()));
  }

  @Test
  void aCandidateIsReadBackToo() {
    var trial = Optional.of(new Trial(13, "cd".repeat(32), new CanaryCohort(500)));
    var constants = new Constants(3, 12, DIGEST, 11, 2, trial);

    String source = FunctionLibrary.source(constants);

    assertThat(FunctionLibrary.read(source)).contains(constants);
    assertThat(FunctionLibrary.isWhole(source)).isTrue();
  }

  @Test
  void aLibraryOfBeforeThereWereCandidatesIsReadAndNotWhole() {
    String source = FunctionLibrary.source(3, 12, DIGEST, 11).replaceAll("local STEP.*\n", "");

    assertThat(FunctionLibrary.read(source))
        .contains(new Constants(3, 12, DIGEST, 11, 0, Optional.empty()));
    assertThat(FunctionLibrary.isWhole(source)).isFalse();
  }

  @Test
  void sameConstantsGiveTheSameSource() {
    assertThat(FunctionLibrary.source(3, 12, DIGEST, 11))
        .isEqualTo(FunctionLibrary.source(3, 12, DIGEST, 11))
        .isNotEqualTo(FunctionLibrary.source(4, 12, DIGEST, 11));
  }

  @Test
  void theWholeCodeOfAnotherVersionIsToldFromChangedCode() {
    String source = FunctionLibrary.source(3, 12, DIGEST, 11);
    int end = source.lastIndexOf("-- sealed ");
    String code = source.substring(0, end);
    String older = LibrarySeal.on(code.replace("callback=status", "callback = status"));
    String changed = source.replace("decide(", "decide (");

    assertThat(FunctionLibrary.isWhole(source)).isTrue();
    assertThat(FunctionLibrary.isOfAnotherVersion(source)).isFalse();
    assertThat(FunctionLibrary.isWhole(older)).isFalse();
    assertThat(FunctionLibrary.isOfAnotherVersion(older)).isTrue();
    assertThat(changed).isNotEqualTo(source);
    assertThat(FunctionLibrary.isOfAnotherVersion(changed)).isFalse();
    assertThat(FunctionLibrary.isOfAnotherVersion(code)).isFalse();
  }

  @Test
  void foreignLibraryHasNoConstants() {
    assertThat(FunctionLibrary.read("#!lua name=deployclaw\nreturn 1")).isEmpty();
  }
}
