package dev.deployclaw.container.cli.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.core.query.ClientLimitsReport;
import dev.deployclaw.core.query.ClientLimitsReport.Passes;
import dev.deployclaw.core.query.ClientLimitsReport.Row;
import dev.deployclaw.core.query.ClientRequest;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.policy.decision.AdmissionDecision.Verdict;
import dev.deployclaw.policy.match.LimitExplanation;
import dev.deployclaw.policy.match.LimitExplanation.Why;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckViewTest {
  private static final ClientRequest QUESTION =
      new ClientRequest(
          "umbrella",
          new RequestShape("search", "/search/items", "GET"),
          Optional.empty(),
          Map.of());
  private static final Limit LEASED = limit("mail", LimitPrecision.leased(Duration.ofMillis(50)));
  private static final ClientLimitsReport ANSWER =
      new ClientLimitsReport(
          ExitCode.OK,
          "",
          7,
          "umbrella",
          Passes.NO,
          "nothing is left of umbrella/items",
          List.of(
              row("items", new Why.Applies(), Optional.of(new Verdict(0, 0, 9_000_000, 1_500_000))),
              row("search", new Why.Replaced("items"), Optional.empty()),
              new Row(
                  new LimitExplanation("umbrella", LEASED, new Why.Elsewhere("service")),
                  60,
                  Optional.empty())),
          List.of("redis/b: no answer"));

  @TempDir Path folder;

  @Test
  void saysOfEachLimitWhyAndWhatIsLeft() {
    var screen = new CommandLineFixture(folder);

    int exit = new CheckView(screen.surroundings()).show(QUESTION, ANSWER, false);

    assertThat(exit).isZero();
    assertThat(screen.out())
        .isEqualTo(
            """
            GET /search/items of search, asked by umbrella, at epoch 7: is refused; \
            nothing is left of umbrella/items
              applies   umbrella/items (token-bucket, 60 in 1m): 0 of 60 left, \
            enough again in 1.5 s, idle in 9.0 s
              replaced  umbrella/search (token-bucket, 60 in 1m): \
            items has a more specific route, same match and key
              elsewhere umbrella/mail (token-bucket, 60 in 1m, leased 50ms): for another service
              not known: redis/b: no answer
            """);
  }

  @Test
  void saysTheSameAsOneDocument() {
    var screen = new CommandLineFixture(folder);

    new CheckView(screen.surroundings()).show(QUESTION, ANSWER, true);

    var document = screen.json();
    assertThat(document.path("passes").asText()).isEqualTo("no");
    assertThat(document.at("/limits/0/remaining").asInt()).isZero();
    assertThat(document.at("/limits/0/wait_seconds").asDouble()).isEqualTo(1.5);
    assertThat(document.at("/limits/1/by").asText()).isEqualTo("items");
    assertThat(document.at("/limits/1").has("remaining")).isFalse();
    assertThat(document.at("/not_known/0").asText()).contains("redis/b");
  }

  @Test
  void refusesWhatIsNoRequest() {
    var screen = new CommandLineFixture(folder);
    screen.write("deployclaw.yaml", "x: 1\n");

    assertThat(screen.run("check", "umbrella", "search", "/search")).isEqualTo(2);
    assertThat(screen.err()).contains("METHOD");
  }

  private static Row row(String name, Why why, Optional<Verdict> state) {
    return new Row(
        new LimitExplanation("umbrella", limit(name, LimitPrecision.EXACT), why), 60, state);
  }

  private static Limit limit(String name, LimitPrecision precision) {
    return Limit.tokenBucket(name, RequestMatch.ANY, 60, Duration.ofMinutes(1)).in(precision);
  }
}
