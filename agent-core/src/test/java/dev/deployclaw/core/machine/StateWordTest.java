package dev.deployclaw.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The states' words are part of the log's format: signed records and both verifiers know them. */
class StateWordTest {
  private static final String WORDS =
      "opened checkpointed staged prepared held resumed cleared widened baking withdrawing"
          + " committed published converged soaking baked completed undoing rolledback failed"
          + " aborting aborted";

  @Test
  void staysWhateverTheTypesAreCalled() {
    assertThat(Samples.STATES.stream().map(State::word)).containsExactly(WORDS.split(" "));
  }

  @Test
  void isAskedOfEachState() {
    assertThat(Samples.STATES.stream().map(Object::getClass))
        .hasSameSizeAs(State.class.getPermittedSubclasses())
        .doesNotHaveDuplicates();
  }
}
