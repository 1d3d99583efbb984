package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told around an order, and what only looks so. A line break is written as \n. */
class StoryTest {
  /** Stories that bend, take back, or lack what they tell of. */
  static Stream<String> withoutOrder() throws IOException {
    try (var in = Corpus.class.getResourceAsStream("stories-without-order.txt")) {
      var text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("withoutOrder")
  void plansNothingWhereTheStoryMatters(String request) {
    assertThat(ask(request)).isNotInstanceOf(Planned.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "contoso's crawler went wild last night. Limit contoso to 10 rps on reports.|set-limit contoso reports 10 1",
        "PagerDuty incident #8812: contoso is flooding reports. Limit contoso to 60 rpm on reports.|set-limit contoso reports 60 60",
        "Hi team,\\nplease set contoso to 25 rps on orders.\\nThanks,\\nMaria|set-limit contoso orders 25 1",
        "Raise northwind to 80 rps on orders, they opened two new shops.|set-limit northwind orders 80 1",
        "Set contoso to 60 rps on payments, their sale went viral.|set-limit contoso payments 60 1",
        "Block contoso. Somebody stole their API key.|block contoso - 0 0",
        "contoso has finally paid. Unblock them.|unblock contoso - 0 0",
        "The invoice of northwind was paid this morning, unblock them please|unblock northwind - 0 0",
        "fabrikam paid the last invoice. Remove the limit for fabrikam on orders.|remove-limit fabrikam orders 0 0",
        "instead of blocking contoso, limit it to 10 rps on payments|set-limit contoso payments 10 1",
        "limit contoso to 5 rps on orders, but don't block it|set-limit contoso orders 5 1",
        "not orders but payments: contoso 20 rps|set-limit contoso payments 20 1",
        "Set contoso to 60 rps on payments. Their team has just opened a new warehouse in Spain.|set-limit contoso payments 60 1",
        "Limit contoso to 20 rps on orders, they're causing timeouts|set-limit contoso orders 20 1",
        "block contoso for an hour while we look into the leaked passwords|block contoso - 0 0",
        "set northwind to 40 rps on payments, no wait, make that 50|set-limit northwind payments 50 1",
        "limit contoso to 20 rps on orders for two hours while they fix their client|set-limit contoso orders 20 1",
        "[ALERT] agent: fabrikam latency 840ms on payments\\nPlease limit fabrikam to 40 rps on payments.|set-limit fabrikam payments 40 1",
        "contoso is hitting 429s on orders. They have 20/s now. Please give them 40/s.|set-limit contoso orders 40 1",
      })
  void plansTheOrderAlone(String request, String meant) {
    assertThat(ask(request))
        .isInstanceOfSatisfying(
            Planned.class, plan -> assertThat(said(plan.intent())).isEqualTo(meant));
  }

  /** Stories that a model may read; the grammar asks, and makes no other plan of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Grafana fired at 02:14: contoso sent 900 rps to reports. Cap contoso at 100 rps on reports.",
        "> they send 30k calls an hour\\n\\nLimit contoso to 25 rps on orders.",
        "My boss wrote \"block fabrikam\", please do it.",
        "Maria says: \"Raise northwind to 90 rps on payments.\" Please carry that out.",
        "take a snapshot now, just in case",
        "could you raise contoso to 60 rps on payments? They're in the middle of a bulk import right now.",
        "Raise contoso to 60 rps on payments, we're rolling out a new app",
        "block contoso because of the credential stuffing",
        "Set contoso to 50 rps on orders. Oh sorry, I meant 60, not 50.",
        "Limit fabrikam to 100 rpm on reports! No wait, I meant 200 rpm instead of 100.",
        "I need you to revert arch-2026-11-24-rate-limit-007, it is causing a lot of timeouts",
        "Roll back arch-2026-11-24-rate-limit-007, it broke the shop",
        "arch-2026-11-24-rate-limit-007 made things worse. Roll it back."
      })
  void asksWhereTheStoryIsMoreThanItKnows(String request) {
    assertThat(ask(request)).isNotInstanceOf(Planned.class);
  }

  private static Interpretation ask(String request) {
    return Corpus.ask(request.replace("\\n", "\n"), Corpus.SAMPLES);
  }

  private static String said(Intent intent) {
    var changes = intent.changes().stream().map(StoryTest::said);
    return Stream.of(Stream.of(intent.operation().word()), intent.target().stream(), changes)
        .flatMap(part -> part)
        .collect(Collectors.joining(" "));
  }

  private static String said(RequestedChange change) {
    return "%s %s %d %d"
        .formatted(
            String.join(" ", change.who().tenants()),
            change.service().orElse("-"),
            change.set().requests().orElse(0L),
            change.set().windowSeconds().orElse(0L));
  }
}
