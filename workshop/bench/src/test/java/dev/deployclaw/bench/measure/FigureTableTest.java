package dev.deployclaw.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class FigureTableTest {
  private record Line(String name, long nanos, long ratio) {}

  private static final FigureTable<Line> TABLE =
      new FigureTable<>(
              "lines",
              "Two lines",
              List.of(
                  new Line("first", 1_234_567, 1_500),
                  new Line("other", 1_000_000_000_000L, 2_250)))
          .text("", "name", Line::name)
          .millis("ms", "time_us", Line::nanos)
          .whole("nanos", "nanos", Line::nanos)
          .milli("ratio", "ratio_milli", Line::ratio);

  @Test
  void printsColumnsOfOneWidth() {
    var said = new StringWriter();

    TABLE.print(new PrintWriter(said));

    assertThat(said.toString().lines())
        .containsExactly(
            "Two lines",
            "                 ms              nanos  ratio",
            "  first        1.23          1,234,567   1.50",
            "  other  1000000.00  1,000,000,000,000   2.25",
            "");
  }

  @Test
  void writesWholeNumbers() {
    assertThat(TABLE.json().getFirst())
        .containsExactly(
            entry("name", "first"),
            entry("time_us", 1_234L),
            entry("nanos", 1_234_567L),
            entry("ratio_milli", 1_500L));
  }
}
