package dev.deployclaw.ratelimit.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.EpochSet;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.ratelimit.feed.View;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is recalled is what matching would say again. */
class RecalledTest {
  private static final View VIEW = view(1, new KeyPart.Header("x-user"));

  private final Recalled recalled = new Recalled();
  private final HeaderValues values = new HeaderValues(100, System::nanoTime);

  @Test
  void recallsAQuestionThatCameBefore() {
    ask(VIEW, question("acme", "10.0.0.1", "ann"));
    assertThat(recalled.of(VIEW, question("acme", "10.0.0.1", "ann")))
        .as("who came once isn't kept")
        .isEmpty();

    ask(VIEW, question("acme", "10.0.0.1", "ann"));

    assertThat(recalled.of(VIEW, question("acme", "10.0.0.1", "ann")))
        .map(RecalledTest::counters)
        .contains(counters(ask(VIEW, question("acme", "10.0.0.1", "ann"))));
  }

  @Test
  void tellsAHeaderThatALimitCountsByApart() {
    keep(VIEW, question("acme", "10.0.0.1", "ann"));

    assertThat(recalled.of(VIEW, question("acme", "10.0.0.1", "bob"))).isEmpty();
    assertThat(recalled.of(VIEW, question("acme", "10.0.0.2", "ann")))
        .as("no limit counts by the address")
        .isPresent();
  }

  @Test
  void tellsAnAddressThatALimitCountsByApart() {
    var view = view(1, new KeyPart.ClientAddress());
    keep(view, question("acme", "10.0.0.1", "ann"));

    assertThat(recalled.of(view, question("acme", "10.0.0.2", "ann"))).isEmpty();
    assertThat(recalled.of(view, question("acme", "10.0.0.1", "bob"))).isPresent();
  }

  @Test
  void tellsTenantsPathsMethodsAndUnitsApart() {
    var asked = question("acme", "10.0.0.1", "ann");
    keep(VIEW, asked);

    assertThat(recalled.of(VIEW, question("globex", "10.0.0.1", "ann"))).isEmpty();
    assertThat(recalled.of(VIEW, asked.uncharged())).isEmpty();
    assertThat(recalled.of(VIEW, with("/b", "GET"))).isEmpty();
    assertThat(recalled.of(VIEW, with("/a", "PUT"))).isEmpty();
    assertThat(recalled.of(VIEW, with("/a", "GET"))).isPresent();
  }

  @Test
  void forgetsWithTheView() {
    keep(VIEW, question("acme", "10.0.0.1", "ann"));
    var next = view(2, new KeyPart.Header("x-user"));

    assertThat(recalled.of(next, question("acme", "10.0.0.1", "ann"))).isEmpty();
    assertThat(keep(next, question("acme", "10.0.0.1", "ann")).claims().claim(2)).isPresent();
    assertThat(recalled.of(VIEW, question("acme", "10.0.0.1", "ann"))).isEmpty();
  }

  @Test
  void keepsNoLongText() {
    var asked = question("acme", "10.0.0.1", "x".repeat(2_000));
    keep(VIEW, asked);

    assertThat(recalled.of(VIEW, asked)).isEmpty();
  }

  private Matched keep(View view, Question question) {
    ask(view, question);
    return ask(view, question);
  }

  private Matched ask(View view, Question question) {
    return recalled.keep(
        view, question, q -> new Matched(Claims.of(view, q, Asker.ANYBODY, values), view.active()));
  }

  private static List<String> counters(Matched matched) {
    return matched.first().orElseThrow().encoded().keys();
  }

  private static Question question(String tenant, String client, String user) {
    return new Question(
        "edge-1",
        tenant + ".api.example.com",
        "GET",
        "/a",
        client,
        "",
        name -> Map.of("x-user", user).getOrDefault(name, ""));
  }

  private static Question with(String uri, String method) {
    return new Question("edge-1", "acme.api.example.com", method, uri, "10.0.0.1", "", _ -> "ann");
  }

  private static View view(long epoch, KeyPart key) {
    var limit =
        new Limit(
            "each",
            Match.ANY,
            List.of(key),
            Algorithm.TOKEN_BUCKET,
            10,
            Duration.ofMinutes(1),
            10,
            1,
            Mode.ENFORCE,
            Optional.empty());
    var gateway =
        new Gateway(
            "edge-1",
            "edge",
            new Gateway.Identity.Host("api.example.com"),
            List.of(new Gateway.Route("/", "web")));
    var set =
        PolicySet.of(List.of(tenant("acme", limit), tenant("globex", limit)), List.of(gateway), "");
    var held = new EpochSet(epoch, set.digest(), set);
    return new View(Optional.<Constants>empty(), List.of(held));
  }

  private static TenantPolicy tenant(String name, Limit limit) {
    return new TenantPolicy(
        name, new TreeMap<>(), Optional.empty(), false, BackendFailure.DENY, List.of(limit));
  }
}
