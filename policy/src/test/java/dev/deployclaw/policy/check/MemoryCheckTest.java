package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.Policies.keyed;
import static dev.deployclaw.policy.Policies.limit;
import static dev.deployclaw.policy.Policies.set;
import static dev.deployclaw.policy.Policies.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.Measured.Memory;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MemoryCheckTest {
  private static final long MIB = 1L << 20;
  private static final Limit ALL = limit("all", Match.ANY, 60, 60);

  @Test
  void warnsOfANodeThatEvictsKeys() {
    var found = find(set(tenant("acme", ALL)), 1_024 * MIB, "allkeys-lru");

    assertThat(Found.brief(found)).containsExactly("WARNING -");
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
    long known = Footprint.known(set);

    var found = find(set, 2 * known - 1, "noeviction");

    assertThat(Found.brief(found)).containsExactly("WARNING -");
    assertThat(found.getFirst().evidence()).containsEntry("bytes", known);
  }

  @Test
  void acceptsRulesAndCountersThatTakeHalf() {
    var set = set(tenant("acme", ALL));

    assertThat(find(set, (Footprint.known(set) / 50 + 1) * 100, "noeviction")).isEmpty();
  }

  @Test
  void saysHowManyClientsFit() {
    var set = set(tenant("acme", keyed(ALL, new KeyPart.ClientAddress())));

    var found = find(set, 100 * MIB, "noeviction");

    assertThat(Found.brief(found)).containsExactly("INFO -");
    assertThat(found.getFirst().evidence()).containsEntry("lives_s", 60L).containsKey("clients");
  }

  @Test
  void saysNothingOfClientsThatNoLimitTellsApart() {
    assertThat(find(set(tenant("acme", ALL)), 100 * MIB, "noeviction")).isEmpty();
  }

  private static List<Finding> find(PolicySet set, long most, String policy) {
    var memory = new TreeMap<>(Map.of("redis/a", new Memory(most, policy)));
    var measured = new Measured(new TreeMap<>(), new TreeMap<>(), Optional.empty(), memory);
    return Found.by(Check.MEMORY, set, measured);
  }
}
