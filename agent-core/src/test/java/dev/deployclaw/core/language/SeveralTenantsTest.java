package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.task.RequestedChange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several tenants in one request: each has a limit of its own, and each line its own values. */
class SeveralTenantsTest {
  /** A limit counts each tenant by itself. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "northwind and contoso share 100 rps on orders",
        "limit northwind, contoso and fabrikam to 100 rps on orders combined",
        "contoso and fabrikam in total 60 rpm on reports",
        "all tenants together at most 1000 rps on payments",
        "100 rps on orders between them for northwind and contoso",
        "premium tenants: 300 rps on orders, jointly",
        "contoso and fabrikam collectively 40 rps",
        "set a shared limit of 50 rps for northwind and fabrikam"
      })
  void asksWhereSeveralWouldHaveOneLimitInCommon(String request) {
    assertThat(Corpus.ask(request, Corpus.SAMPLES)).isNotInstanceOf(Planned.class);
  }

  /** Each line of a list says for whom, where and how much by itself. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "contoso, payments, 18 rps; northwind, reports, 90 rpm",
        "contoso, payments, 18 rps, northwind, reports, 90 rpm",
        "18 rps for contoso, payments; 90 rpm for northwind, reports",
        "contoso: payments, 18 rps; northwind: reports, 90 rpm",
        "payments, contoso, 18 rps; reports, northwind, 90 rpm",
        "18 rps, contoso, payments; 90 rpm, northwind, reports"
      })
  void readsEachLineOfAListByItself(String request) {
    assertThat(Corpus.ask(request.replace("; ", "\n- "), Corpus.SAMPLES))
        .isInstanceOfSatisfying(
            Planned.class,
            plan ->
                assertThat(plan.intent().changes().stream().map(SeveralTenantsTest::said))
                    .containsExactly("[contoso] payments 18 1", "[northwind] reports 90 60"));
  }

  private static String said(RequestedChange change) {
    return "%s %s %d %d"
        .formatted(
            change.who().tenants(),
            change.service().orElse("-"),
            change.set().requests().orElse(0L),
            change.set().windowSeconds().orElse(0L));
  }
}
