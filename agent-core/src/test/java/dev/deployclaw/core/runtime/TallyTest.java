package dev.deployclaw.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final Outcome YES = done(Report.yes("redis/a", "d1", Map.of()));

  @Test
  void whoHasNoMembersDidNotSayYes() {
    var tally = Tally.of(Map.of("redis", YES, "gateway", done()));

    assertThat(tally.allYes()).isFalse();
    assertThat(tally.unfinished()).containsExactly("gateway");
    assertThat(tally.named(Answer.UNKNOWN)).isEqualTo("gateway: no member of it answered");
    assertThat(tally.counts()).isEqualTo("0/1 gateways, 1/1 redis nodes");
  }

  @Test
  void whoIsLeftOutSaysSoAndIsNotCounted() {
    var left = done(Report.skipped("gateway", "no file gateway is configured"));

    var tally = Tally.of(Map.of("redis", YES, "gateway", left));

    assertThat(tally.allYes()).isTrue();
    assertThat(tally.unfinished()).isEmpty();
    assertThat(tally.counts()).isEqualTo("1/1 redis nodes");
    assertThat(tally.members(Answer.SKIPPED)).containsExactly("gateway");
  }

  @Test
  void countsThePodsBehindThoseThatSaidYes() {
    var gateways =
        done(
            Report.yes("gateway/a", "d1", Map.of("pods", 16)),
            Report.yes("gateway/b", "d1", Map.of("pods", 15)),
            Report.no("gateway/c", "is paused"));

    assertThat(Tally.of(Map.of("gateway", gateways)).counts())
        .isEqualTo("2/3 gateways with 31 pods");
  }

  @Test
  void whoFailedAsAWholeIsOneMember() {
    var tally =
        Tally.of(
            Map.of(
                "redis", Outcome.failed(new Fault.Unavailable("no answer")),
                "gateway", Outcome.failed(new Fault.Denied("not allowed"))));

    assertThat(tally.named(Answer.UNKNOWN)).isEqualTo("redis: no answer");
    assertThat(tally.named(Answer.NO)).isEqualTo("gateway: not allowed");
  }

  private static Outcome done(Report... reports) {
    return Outcome.done(List.of(reports));
  }
}
