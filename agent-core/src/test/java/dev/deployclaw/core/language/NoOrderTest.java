package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.Planned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no order, however clear the values in it, and what comes near and is one. */
class NoOrderTest {
  /** The same mistakes in other words, and those that were found beside them. */
  static Stream<String> noOrders() throws IOException {
    try (var in = Corpus.class.getResourceAsStream("no-orders.txt")) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("noOrders")
  void plansNothingWhereNothingIsOrdered(String request) {
    assertThat(ask(request)).isNotInstanceOf(Planned.class);
  }

  /** What comes near, and is an order. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "could you set contoso to 30 rps on orders?|contoso orders 30 1",
        "can we have contoso at 30 rps on orders?|contoso orders 30 1",
        "would you mind setting contoso to 30 rps on orders?|contoso orders 30 1",
        "sorry to bother you, set contoso to 20 rps on orders|contoso orders 20 1",
        "set contoso to 33 rps on orders and keep reports as it is|contoso orders 33 1",
        "set contoso to 33 rps on orders; reports is fine as it is|contoso orders 33 1",
        "set contoso to 33 rps on orders, fabrikam stays as it is|contoso orders 33 1",
        "set contoso to 33 rps on orders, no changes to payments and reports|contoso orders 33 1",
        "limit contoso (sorry, fabrikam) to 26 rps on payments|fabrikam payments 26 1",
        "limit contoso or rather fabrikam to 26 rps on payments|fabrikam payments 26 1",
        "limit contoso to 26 rps on payments - I mean on orders|contoso orders 26 1",
        "set contoso to 20 rps on orders. Make it 30 rps.|contoso orders 30 1",
        "contoso 20 rps on orders instead of the current 30 rps|contoso orders 20 1",
        "contoso gets 35 rpm, not rps, on orders|contoso orders 35 60",
        "fabrikam once a minute on reports|fabrikam reports 1 60",
        "never skip the approval, contoso 20 rps on orders|contoso orders 20 1",
        "no dry run: contoso 20 rps on orders|contoso orders 20 1",
        "northwind to 75 rps on orders over the weekend|northwind orders 75 1",
        "set contoso to 33 rps on orders, reports stays as it is|contoso orders 33 1",
        "contoso, oops, fabrikam 26 rps on payments|fabrikam payments 26 1",
        "limit contoso to 26 rps on payments, correction: reports|contoso reports 26 1",
        "contoso 30 rps on orders at noon|contoso orders 30 1",
      })
  void plansWhatIsOrderedAllTheSame(String request, String meant) {
    assertThat(ask(request))
        .isInstanceOfSatisfying(
            Planned.class,
            planned -> {
              assertThat(planned.intent().guards().dryRun()).isFalse();
              assertThat(planned.intent().changes())
                  .singleElement()
                  .satisfies(c ->
                      assertThat(
                              "%s %s %d %d"
                                  .formatted(
                                      String.join(" ", c.who().tenants()),
                                      c.service().orElse("-"),
                                      c.set().requests().orElse(0L),
                                      c.set().windowSeconds().orElse(0L)))
                          .isEqualTo(meant));
            });
  }

  private static Interpretation ask(String request) {
    return Corpus.ask(request, Corpus.SAMPLES);
  }
}
