package dev.deployclaw.policy.check.cluster;

import static dev.deployclaw.policy.PolicyFixtures.keyed;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.CheckFixture;
import dev.deployclaw.policy.check.cluster.MemoryCheck.MemoryFootprint;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.ClusterMeasurements.Memory;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MemoryCheckTest {
  private static final long MIB = 1L << 20;
  private static final Limit ALL = limit("all", RequestMatch.ANY, 60, 60);

  @Test
  void warnsOfANodeThatEvictsKeys() {
    var found = find(set(tenant("acme", ALL)), 1_024 * MIB, "allkeys-lru");

    assertThat(CheckFixture.brief(found)).containsExactly("WARNING -");
    assertThat(found.getFirst().remedy()).isEqualTo("CONFIG SET maxmemory-policy noeviction");
  }

  @Test
  void acceptsANodeThatEvictsNothing() {
    assertThat(find(set(tenant("acme", ALL)), 1_024 * MIB, "noeviction")).isEmpty();
    assertThat(find(set(tenant("acme", ALL)), 0, "allkeys-lru")).isEmpty();
  }

  @Test
  void warnsOfRulesAndCountersThatTakeMoreThanHalf() {
    var set = set(tenant("acme", ALL));
    long known = MemoryFootprint.known(set);

    var found = find(set, 2 * known - 1, "noeviction");

    assertThat(CheckFixture.brief(found)).containsExactly("WARNING -");
    assertThat(found.getFirst().evidence()).containsEntry("bytes", known);
  }

  @Test
  void acceptsRulesAndCountersThatTakeHalf() {
    var set = set(tenant("acme", ALL));

    assertThat(find(set, (MemoryFootprint.known(set) / 50 + 1) * 100, "noeviction")).isEmpty();
  }

  @Test
  void saysHowManyClientsFit() {
    var set = set(tenant("acme", keyed(ALL, new CounterKeyPart.ClientAddress())));

    var found = find(set, 100 * MIB, "noeviction");

    assertThat(CheckFixture.brief(found)).containsExactly("INFO -");
    assertThat(found.getFirst().evidence()).containsEntry("lives_s", 60L).containsKey("clients");
  }

  @Test
  void saysNothingOfClientsThatNoLimitTellsApart() {
    assertThat(find(set(tenant("acme", ALL)), 100 * MIB, "noeviction")).isEmpty();
  }

  private static List<PolicyFinding> find(PolicySet set, long most, String policy) {
    var memory = new TreeMap<>(Map.of("redis/a", new Memory(most, policy)));
    var measured =
        new ClusterMeasurements(new TreeMap<>(), new TreeMap<>(), Optional.empty(), memory);
    return CheckFixture.by(CheckKind.MEMORY, set, measured);
  }
}
