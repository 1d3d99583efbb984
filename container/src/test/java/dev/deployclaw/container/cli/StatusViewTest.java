package dev.deployclaw.container.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.machine.Active;
import dev.deployclaw.core.machine.Freeze;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.runtime.ExitCode;
import dev.deployclaw.core.runtime.StatusAnswer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusViewTest {
  private static final StatusAnswer HELD =
      new StatusAnswer(
          ExitCode.OK,
          Optional.of(new Active(3, "ab", "arch-2026-11-24-rate-limit-003", 2, 1)),
          Optional.of(Values.execution(new State.Staged())),
          List.of(Values.execution(new State.Held("manual", 0))),
          Optional.empty(),
          true,
          "");

  private final Screen screen = new Screen(Path.of(""));
  private final StatusView view = new StatusView(screen.surroundings());

  @Test
  void documentsWhereThingsStand() {
    int exit = view.show(HELD, true);

    var status = screen.json();
    assertThat(exit).isZero();
    assertThat(status.at("/active/epoch").asLong()).isEqualTo(3);
    assertThat(status.at("/active/digest").asText()).isEqualTo("ab");
    assertThat(status.at("/open/state").asText()).isEqualTo("staged");
    assertThat(status.at("/held/0/id").asText()).isEqualTo("arch-2026-11-24-rate-limit-004");
    assertThat(status.get("frozen").asBoolean()).isFalse();
    assertThat(status.get("rollback_available").asBoolean()).isTrue();
  }

  @Test
  void tellsPeopleWhatToTypeForAHeldChange() {
    view.show(HELD, false);

    assertThat(screen.out())
        .contains("epoch 3 is committed, by arch-2026-11-24-rate-limit-003")
        .contains("deployclaw approve arch-2026-11-24-rate-limit-004")
        .contains("a rollback is possible");
  }

  @Test
  void tellsWhoFrozeAndHowToThaw() {
    var frozen =
        new StatusAnswer(
            HELD.exit(),
            HELD.active(),
            HELD.open(),
            HELD.held(),
            Optional.of(new Freeze("olivia", "incident 4711", "1970-01-01T00:00:00Z")),
            true,
            "");

    view.show(frozen, false);
    assertThat(screen.out())
        .contains("frozen by olivia since 1970-01-01T00:00:00Z: incident 4711")
        .contains("deployclaw thaw");

    var again = new Screen(Path.of(""));
    new StatusView(again.surroundings()).show(frozen, true);
    assertThat(again.json().get("frozen").asBoolean()).isTrue();
    assertThat(again.json().at("/freeze/by").asText()).isEqualTo("olivia");
    assertThat(again.json().at("/freeze/reason").asText()).isEqualTo("incident 4711");
  }

  @Test
  void saysOnlyWhyWhereNothingCouldBeRead() {
    var lost =
        new StatusAnswer(
            ExitCode.UNREACHABLE,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            false,
            "the state store can't be reached");

    assertThat(view.show(lost, true)).isEqualTo(10);
    assertThat(screen.json()).hasSize(1);
    assertThat(screen.json().get("unreachable").asText()).contains("can't be reached");
  }
}
