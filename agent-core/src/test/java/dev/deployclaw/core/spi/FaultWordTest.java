package dev.deployclaw.core.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The faults' words stand in JSON answers, so they stay whatever the types are called. */
class FaultWordTest {
  private static final List<Fault> FAULTS =
      List.of(
          new Fault.Denied(""),
          new Fault.Ungranted(""),
          new Fault.Invalid(""),
          new Fault.Unavailable(""),
          new Fault.Conflict(""),
          new Fault.Unknown(""));

  @Test
  void stays() {
    assertThat(FAULTS).hasSameSizeAs(Fault.class.getPermittedSubclasses());
    assertThat(FAULTS.stream().map(Fault::word))
        .containsExactly("denied", "ungranted", "invalid", "unavailable", "conflict", "unknown");
  }
}
