package dev.deployclaw.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParticipantRepliesTest {
  private static final CallOutcome YES = done(MemberReport.yes("redis/a", "d1", Map.of()));

  @Test
  void whoHasNoMembersDidNotSayYes() {
    var replies = ParticipantReplies.of(Map.of("redis", YES, "gateway", done()));

    assertThat(replies.allYes()).isFalse();
    assertThat(replies.unfinished()).containsExactly("gateway");
    assertThat(replies.named(Answer.UNKNOWN)).isEqualTo("gateway: no member of it answered");
    assertThat(replies.counts()).isEqualTo("0/1 gateways, 1/1 redis nodes");
  }

  @Test
  void whoIsLeftOutSaysSoAndIsNotCounted() {
    var left = done(MemberReport.skipped("gateway", "no file gateway is configured"));

    var replies = ParticipantReplies.of(Map.of("redis", YES, "gateway", left));

    assertThat(replies.allYes()).isTrue();
    assertThat(replies.unfinished()).isEmpty();
    assertThat(replies.counts()).isEqualTo("1/1 redis nodes");
    assertThat(replies.members(Answer.SKIPPED)).containsExactly("gateway");
  }

  @Test
  void countsThePodsBehindThoseThatSaidYes() {
    var gateways =
        done(
            MemberReport.yes("gateway/a", "d1", Map.of("pods", 16)),
            MemberReport.yes("gateway/b", "d1", Map.of("pods", 15)),
            MemberReport.no("gateway/c", "is paused"));

    assertThat(ParticipantReplies.of(Map.of("gateway", gateways)).counts())
        .isEqualTo("2/3 gateways with 31 pods");
  }

  @Test
  void whoFailedAsAWholeIsOneMember() {
    var replies =
        ParticipantReplies.of(
            Map.of(
                "redis", CallOutcome.failed(new CallFault.Unavailable("no answer")),
                "gateway", CallOutcome.failed(new CallFault.Denied("not allowed"))));

    assertThat(replies.named(Answer.UNKNOWN)).isEqualTo("redis: no answer");
    assertThat(replies.named(Answer.NO)).isEqualTo("gateway: not allowed");
  }

  private static CallOutcome done(MemberReport... reports) {
    return CallOutcome.done(List.of(reports));
  }
}
