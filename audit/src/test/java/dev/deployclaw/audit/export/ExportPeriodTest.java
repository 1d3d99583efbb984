package dev.deployclaw.audit.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.audit.export.ExportPeriod.InvalidPeriodException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExportPeriodTest {
  @Test
  void aMonthBeginsWithItsFirstInstantAndEndsBeforeTheNext() throws Exception {
    var february = ExportPeriod.month("2028-02");

    assertThat(february.contains(Instant.parse("2028-02-01T00:00:00Z"))).isTrue();
    assertThat(february.contains(Instant.parse("2028-01-31T23:59:59.999999Z"))).isFalse();
    assertThat(february.contains(Instant.parse("2028-02-29T23:59:59.999999Z"))).isTrue();
    assertThat(february.contains(Instant.parse("2028-03-01T00:00:00Z"))).isFalse();
    assertThat(february.name()).isEqualTo("2028-02");
  }

  @Test
  void readsDaysAndInstants() throws Exception {
    var period = ExportPeriod.between("2026-11-01", "2026-11-02T08:30:00Z");

    assertThat(period.since()).isEqualTo("2026-11-01T00:00:00Z");
    assertThat(period.until()).isEqualTo("2026-11-02T08:30:00Z");
    assertThat(ExportPeriod.between("", "2026-11-02").contains(Instant.EPOCH)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "2026", "2026-13", "2026-00", "november", "2026-11-01", "9999-12", "1999-12"})
  void saysWhatAMonthIs(String month) {
    assertThatThrownBy(() -> ExportPeriod.month(month))
        .isInstanceOf(InvalidPeriodException.class)
        .hasMessageStartingWith("--month: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "2026-02-30", "2026-11-01T08:30", "2026-11", "T"})
  void saysWhatATimeIs(String time) {
    assertThatThrownBy(() -> ExportPeriod.between(time, ""))
        .isInstanceOf(InvalidPeriodException.class)
        .hasMessageContainingAll("--since", time, "2026-11-01T08:30:00Z");
  }

  @Test
  void refusesAnEndThatIsNotBehindItsBeginning() {
    assertThatThrownBy(() -> ExportPeriod.between("2026-11-02", "2026-11-02"))
        .isInstanceOf(InvalidPeriodException.class)
        .hasMessageContaining("exchange them");
  }
}
