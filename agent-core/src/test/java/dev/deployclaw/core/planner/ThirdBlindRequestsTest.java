package dev.deployclaw.core.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.planner.Interpretation.Planned;
import dev.deployclaw.core.task.Change;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests by a third person who had not seen the rules, measured once after those of the second
 * were mended. The floors hold what came of them after two plans that nobody asked for were mended.
 */
class ThirdBlindRequestsTest {
  private static final int EXACT = 107;
  private static final int CLEAR = 49;
  private static final int ASKED = 35;
  private static final int REFUSED = 23;

  private final List<Corpus.Case> all = Corpus.thirdBlind();

  @Test
  void holdsItsScore() {
    assertThat(all).hasSize(120);
    assertThat(right(c -> true)).isGreaterThanOrEqualTo(EXACT);
    assertThat(right(Corpus.Case::planned)).isGreaterThanOrEqualTo(CLEAR);
    assertThat(right(c -> c.outcome().equals("needs-clarification"))).isGreaterThanOrEqualTo(ASKED);
    assertThat(right(c -> c.outcome().equals("refused"))).isGreaterThanOrEqualTo(REFUSED);
  }

  @Test
  void makesNoOtherPlanThanTheOneThatWasMeant() {
    assertThat(Corpus.otherPlans(all, Corpus.SAMPLES)).isEmpty();
  }

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
                assertThat(plan.intent().changes().stream().map(ThirdBlindRequestsTest::said))
                    .containsExactly("[contoso] payments 18 1", "[northwind] reports 90 60"));
  }

  private static String said(Change change) {
    return "%s %s %d %d"
        .formatted(
            change.who().tenants(),
            change.service().orElse("-"),
            change.set().requests().orElse(0L),
            change.set().windowSeconds().orElse(0L));
  }

  private long right(Predicate<Corpus.Case> which) {
    return Corpus.right(all.stream().filter(which), Corpus.SAMPLES);
  }
}
