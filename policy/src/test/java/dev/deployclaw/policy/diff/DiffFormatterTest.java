package dev.deployclaw.policy.diff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiffFormatterTest {
  @Test
  void countsALongRunOfNames() {
    assertThat(DiffFormatter.of(gateways(47, true)))
        .containsExactly("47 gateways added: gw-01, gw-02, gw-03 … gw-47 (--json names all)");
    assertThat(DiffFormatter.of(gateways(6, false)))
        .containsExactly("6 gateways removed: gw-01, gw-02, gw-03 … gw-06 (--json names all)");
  }

  @Test
  void showsAShortRunItemByItem() {
    assertThat(DiffFormatter.of(gateways(2, true)))
        .containsExactly("gateway gw-01 added", "gateway gw-02 added");
    assertThat(DiffFormatter.of(List.of())).isEmpty();
  }

  @Test
  void foldsNothingThatSaysMoreThanAName() {
    var limits =
        IntStream.range(0, 9).mapToObj(i -> difference("acme", "l" + i, "limit", "requests 5"));

    assertThat(DiffFormatter.of(limits.toList()))
        .hasSize(9)
        .allMatch(l -> l.contains("requests 5"));
  }

  @Test
  void endsARunWhereTheKindOrTheDirectionChanges() {
    var all = new ArrayList<>(gateways(6, true));
    all.addAll(gateways(6, false));
    all.add(difference("acme", null, "tenant", "acme"));

    assertThat(DiffFormatter.of(all))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("6 gateways added"),
            line -> assertThat(line).startsWith("6 gateways removed"),
            line -> assertThat(line).isEqualTo("acme: tenant added"));
  }

  private static List<FieldDifference> gateways(int count, boolean added) {
    return IntStream.rangeClosed(1, count)
        .mapToObj("gw-%02d"::formatted)
        .map(name ->
            new FieldDifference(
                Optional.empty(),
                Optional.empty(),
                "gateway " + name,
                added ? Optional.empty() : Optional.of(name),
                added ? Optional.of(name) : Optional.empty()))
        .toList();
  }

  private static FieldDifference difference(
      String tenant, @Nullable String limit, String field, String after) {
    return new FieldDifference(
        Optional.of(tenant),
        Optional.ofNullable(limit),
        field,
        Optional.empty(),
        Optional.of(after));
  }
}
