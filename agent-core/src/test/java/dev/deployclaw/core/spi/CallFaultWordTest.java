package dev.deployclaw.core.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The faults' words stand in JSON answers, so they stay whatever the types are called. */
class CallFaultWordTest {
  private static final List<CallFault> FAULTS =
      List.of(
          new CallFault.Denied(""),
          new CallFault.Ungranted(""),
          new CallFault.Invalid(""),
          new CallFault.Unavailable(""),
          new CallFault.Conflict(""),
          new CallFault.Unknown(""));

  @Test
  void stays() {
    assertThat(FAULTS).hasSameSizeAs(CallFault.class.getPermittedSubclasses());
    assertThat(FAULTS.stream().map(CallFault::word))
        .containsExactly("denied", "ungranted", "invalid", "unavailable", "conflict", "unknown");
  }
}
