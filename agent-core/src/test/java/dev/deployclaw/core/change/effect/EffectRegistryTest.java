package dev.deployclaw.core.change.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.machine.ChangeEffect;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EffectRegistryTest {
  private final FakeEstate world = new FakeEstate();
  private final EffectRegistry effects =
      new EffectRegistry(
          new EffectDependencies(
              world.ports(),
              world.settings("agent"),
              ChangeStore.of(world.ports(), world.settings("agent")),
              new ParticipantFanout(world.ports().executors(), world.settings("agent")),
              (_, _, _) -> {
                throw new IllegalStateException("opens nothing");
              }));

  /** TAKE_CHECKPOINT is performed by TakeCheckpointEffect, and so on. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST")
  void eachKindHasAClassOfItsName(ChangeEffect kind) {
    String name = effects.handler(kind).getClass().getSimpleName();

    assertThat(name).isEqualToIgnoringCase(kind.name().replace("_", "") + "Effect");
  }

  @Test
  void nothingPerformsRest() {
    assertThatThrownBy(() -> effects.handler(ChangeEffect.REST))
        .isInstanceOf(IllegalStateException.class);
  }

  /** A compensation counts its own time, and rest takes none. */
  @Test
  void theTimeOfEachOtherKindCountsToAPhase() {
    var phases = new HashSet<Phase>();
    for (var kind : ChangeEffect.values()) {
      boolean counts = kind != ChangeEffect.REST && kind != ChangeEffect.COMPENSATE;
      assertThat(kind.phase().isPresent()).as(kind.name()).isEqualTo(counts);
      kind.phase().ifPresent(phases::add);
    }
    assertThat(phases).contains(Phase.CHECKPOINT, Phase.COMMIT, Phase.PUBLISH, Phase.FINISH);
  }
}
