package dev.deployclaw.ratelimit.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicySnapshotTest {
  private static final EpochPolicySet FIRST = new EpochPolicySet(1, "first", PolicySet.EMPTY);
  private static final EpochPolicySet SECOND = new EpochPolicySet(2, "second", PolicySet.EMPTY);

  @Test
  void nothingIsCommittedBeforeTheFirstCommit() {
    var view = new PolicySnapshot(Optional.empty(), List.of(FIRST));

    assertThat(view.committed()).isEmpty();
  }

  @Test
  void anOpenChangeDoesNotStandInForWhatIsCommitted() {
    var view =
        new PolicySnapshot(
            Optional.of(new Constants(1, 1, "first", 0, 0, Optional.empty())), List.of(SECOND));

    assertThat(view.committed()).isEmpty();
  }

  @Test
  void thePredecessorStandsInForWhatIsCommitted() {
    var view =
        new PolicySnapshot(
            Optional.of(new Constants(1, 2, "second", 1, 0, Optional.empty())), List.of(FIRST));

    assertThat(view.committed()).contains(FIRST);
  }

  @Test
  void isWholeOnceItHoldsWhatIsCommittedOrNothingIs() {
    var active = Optional.of(new Constants(1, 2, "second", 1, 0, Optional.empty()));

    assertThat(PolicySnapshot.EMPTY.whole()).isTrue();
    assertThat(new PolicySnapshot(active, List.of(FIRST)).whole()).isFalse();
    assertThat(new PolicySnapshot(active, List.of(FIRST, SECOND)).whole()).isTrue();
  }
}
