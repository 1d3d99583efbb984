package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The states' words are part of the log's format: signed records and both verifiers know them. */
class ChangeStateWordTest {
  private static final String WORDS =
      "opened checkpointed staged prepared held resumed cleared widened baking withdrawing"
          + " committed published converged soaking baked completed undoing rolledback failed"
          + " aborting aborted";

  @Test
  void staysWhateverTheTypesAreCalled() {
    assertThat(MachineSamples.STATES.stream().map(ChangeState::word))
        .containsExactly(WORDS.split(" "));
  }

  @Test
  void isAskedOfEachState() {
    assertThat(MachineSamples.STATES.stream().map(Object::getClass))
        .hasSameSizeAs(ChangeState.class.getPermittedSubclasses())
        .doesNotHaveDuplicates();
  }
}
