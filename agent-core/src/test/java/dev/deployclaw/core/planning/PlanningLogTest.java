package dev.deployclaw.core.planning;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlanningLogTest {
  /** Conversations and exports find the records of older logs by these. */
  @Test
  void keepsTheActionsThatLogsArePublishedWith() {
    assertThat(PlanningLog.UNDERSTOOD).isEqualTo("Understanding the request");
    assertThat(PlanningLog.CONVERSATION).isEqualTo("Reading the conversation");
  }
}
