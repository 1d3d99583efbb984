package dev.deployclaw.container.approval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.http.SignedToken;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that aren't the Bot Framework's, and clicks of who may not decide, or not on this. */
class TeamsAttackTest {
  private static final int FORGED_AT_ONCE = 20;

  @TempDir Path folder;

  private final ShiftedClock clock = new ShiftedClock();
  private final BotFramework teams = new BotFramework(clock);
  private Served served;
  private String held;
  private String value;

  @BeforeEach
  void start() throws Exception {
    served =
        Served.withChannels(folder, List.of(teams.channel("reviews")), SlackWorkspace.QUICK, clock);
    held = served.done("apply manually", "HELD");
    value = value(held);
  }

  @AfterEach
  void stop() {
    served.close();
    teams.close();
  }

  @Test
  void takesNoTokenThatTheBotFrameworkDidNotSignForThisBotNow() {
    var issuer = teams.claims();
    issuer.setIssuer("https://sts.windows.net/" + BotFramework.TENANT + "/");
    refused(issuer, "the token is from another issuer");
    var audience = teams.claims();
    audience.setAudience(BotFramework.TENANT);
    refused(audience, "the token is for another bot");
    var expired = teams.claims();
    expired.setExpirationTime(inSeconds(-301));
    refused(expired, "the token expired");
    var early = teams.claims();
    early.setNotBefore(inSeconds(600));
    refused(early, "the token isn't valid yet");
    var year = teams.claims();
    year.setExpirationTime(inSeconds(Duration.ofDays(365).toSeconds()));
    refused(year, "the token is valid for more than a day");
    var endless = teams.claims();
    endless.unsetClaim("exp");
    refused(endless, "the token isn't the Bot Framework's");
    stillHeld();
  }

  @Test
  void takesNoTokenFromAnotherService() {
    var service = teams.claims();
    service.setClaim("serviceurl", "https://smba.trafficmanager.net/amer/");
    refused(service, "the token came from another service");
    var none = teams.claims();
    none.unsetClaim("serviceurl");
    refused(none, "the token doesn't say where it came from");
    var two = teams.claims();
    two.setClaim("serviceUrl", "https://mallory.example.net/");
    refused(two, "the token doesn't say where it came from");
    stillHeld();
  }

  @Test
  void takesNoForgedToken() {
    byte[] publicKey = teams.key.getPublicKey().getEncoded();
    var forger = SignedToken.key("stranger");
    var claims = teams.claims();

    refused(claims, "signature is wrong", s -> s.setKey(forger.getPrivateKey()));
    refused(claims, "isn't the Bot Framework's", this::unsign);
    refused(
        claims,
        "isn't the Bot Framework's",
        s -> {
          s.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
          s.setKey(new HmacKey(publicKey));
        });
    refused(claims, "isn't the Bot Framework's", signedBy(teams.other)); // of another channel
    for (String token : List.of("", "x", "..", "a.b.c", "e30.e30.", "x".repeat(5000))) {
      assertThat(BotFramework.send(served, click("approve"), token).status()).isEqualTo(401);
    }
    stillHeld();
  }

  @Test
  void takesNoCallTwice() {
    String body = click("approve").replace(value, "arch-none " + value.split(" ", 2)[1]);
    assertThat(teams.send(served, body).body()).contains("Nothing was done");

    var again = teams.send(served, body);

    assertThat(again.status()).isEqualTo(401);
    assertThat(again.text("detail")).isEqualTo("it was sent before");
    stillHeld();
  }

  @Test
  void takesNothingThatIsNoClickOfTeams() {
    for (String body :
        List.of(
            "",
            "{",
            "[]",
            "null",
            "{}",
            "[".repeat(5000),
            click("approve").replace("msteams", "webchat"))) {
      assertThat(teams.send(served, body).status()).as(body).isEqualTo(400);
    }
    for (String other : List.of("\"message\"", "\"conversationUpdate\"")) {
      var answer = teams.send(served, click("approve").replace("\"invoke\"", other));
      assertThat(answer.json()).isEmpty();
    }
    String huge =
        click("approve").replace("{\"type\"", "{\"x\": \"" + "x".repeat(70_000) + "\", \"type\"");
    assertThat(teams.send(served, huge).status()).isEqualTo(413);
    stillHeld();
  }

  @Test
  void takesNoDecisionFromWhoMayNot() {
    said(
        click(BotFramework.MALLORY, "approve", value),
        "the agent's configuration doesn't name you");
    said(click("", "approve", value), "the agent's configuration doesn't name you");
    String foreign = click("approve").replace(BotFramework.TENANT, BotFramework.APP);
    said(foreign, "the agent's configuration doesn't name you");
    String twofold =
        click("approve").replaceFirst(BotFramework.TENANT, "99999999-0000-0000-0000-000000000000");
    said(twofold, "the agent's configuration doesn't name you");
    String own = ownHold();
    said(click(BotFramework.BOTH, "approve", value(own)), "must differ from the requester");
    stillHeld();
    assertThat(served.world.change(own).orElseThrow().approval()).isEmpty();
  }

  @Test
  void takesNoDecisionOnWhatWasNotShown() {
    var mine = value.split(" ", -1);
    var theirs = value(ownHold()).split(" ", -1);
    String none = "0".repeat(64);

    said(click("approve", mine[0] + " " + none + " " + mine[2]), "isn't the one on this card");
    said(click("approve", mine[0] + " " + mine[1] + " " + theirs[2]), "isn't the one on this card");
    said(click("reject", mine[0] + " " + mine[1] + " " + none), "isn't the one on this card");
    said(click("approve", mine[0]), "This button doesn't belong to the agent");
    said(click("freeze", value), "This button doesn't belong to the agent");
    said(
        click("approve").replace("\"id\": \"19:reviews_1", "\"id\": \"19:another"),
        "This button doesn't belong to the agent");
    stillHeld();
  }

  @Test
  void countsADoubleClickOnceAndALateOneNever() {
    assertThat(teams.send(served, click("approve")).status()).isEqualTo(200);
    assertThat(teams.send(served, click("approve")).status()).isEqualTo(200);
    served.awaitResult(held, "COMPLETED");

    var late = teams.send(served, click("reject"));

    assertThat(late.text("type")).isEqualTo("application/vnd.microsoft.card.adaptive");
    assertThat(late.json().path("value").toString())
        .contains("Nothing was done. " + held, "Approved by ann")
        .doesNotContain("Action.Execute");
    assertThat(served.get("/v1/executions/" + held, Served.VIC).text("result"))
        .isEqualTo("COMPLETED");
  }

  @Test
  void readsRotatedKeysOnceForManyForgedTokens() {
    var next = SignedToken.key("next");
    said(click(BotFramework.MALLORY, "approve", value), "doesn't name you"); // the keys are read
    int before = asked();
    for (int i = 0; i < FORGED_AT_ONCE; i++) {
      refused(teams.claims(), "isn't the Bot Framework's", signedBy(next));
    }
    assertThat(asked() - before).isLessThan(FORGED_AT_ONCE);

    teams.published.add(next);

    BoundedWait.until(
        "the new key counts",
        ServerFixture.SOON,
        () -> {
          String token = teams.token(teams.claims(), signedBy(next));
          return BotFramework.send(served, click("approve"), token).status() == 200;
        });
    served.awaitResult(held, "COMPLETED");
  }

  @Test
  void decidesNothingWhileTheKeysCannotBeRead() {
    teams.keysMood.addAll(
        List.of(Answer.of(500), Answer.json(200, "not JSON"), Answer.SILENCE, Answer.of(302)));
    while (!teams.keysMood.isEmpty()) {
      assertThat(teams.send(served, click("approve")).status()).isEqualTo(503);
      assertThat(teams.send(served, click("approve")).status()).as("not asked").isEqualTo(503);
      stillHeld();
      clock.pass(Duration.ofSeconds(6));
    }

    assertThat(teams.send(served, click("approve")).status()).isEqualTo(200);
    served.awaitResult(held, "COMPLETED");
  }

  @Test
  void keysThatWereReadLongAgoProveNothing() {
    said(click(BotFramework.MALLORY, "approve", value), "doesn't name you");

    clock.pass(Duration.ofHours(25));

    assertThat(teams.send(served, click("approve")).status()).isEqualTo(503);
  }

  private int asked() {
    return (int) teams.server.requests().stream().filter(r -> r.path().equals("/keys")).count();
  }

  private NumericDate inSeconds(long seconds) {
    return NumericDate.fromSeconds(clock.instant().getEpochSecond() + seconds);
  }

  private void unsign(JsonWebSignature signed) {
    signed.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
    signed.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
    signed.setKey(null);
  }

  private static Consumer<JsonWebSignature> signedBy(RsaJsonWebKey key) {
    return s -> {
      s.setKey(key.getPrivateKey());
      s.setKeyIdHeaderValue(key.getKeyId());
    };
  }

  private String ownHold() {
    String body = "{\"request\": \"apply\", \"approval\": \"manual\"}";
    String own = served.post("/v1/tasks", Served.BOTH, body).text("execution_id");
    served.awaitResult(own, "HELD");
    return own;
  }

  /** What the button of a hold has. */
  private String value(String id) {
    BoundedWait.until("a card", ServerFixture.SOON, () -> teams.button(id, "approve").isPresent());
    return teams.button(id, "approve").orElseThrow().at("/data/value").asText();
  }

  private String click(String verb) {
    return click(verb, value);
  }

  private String click(String verb, String shown) {
    return click(BotFramework.ANN, verb, shown);
  }

  private String click(String user, String verb, String shown) {
    return teams.click(user, verb, shown);
  }

  private void refused(JwtClaims claims, String why) {
    refused(claims, why, _ -> {});
  }

  private void refused(JwtClaims claims, String why, Consumer<JsonWebSignature> change) {
    var answer = BotFramework.send(served, click("approve"), teams.token(claims, change));
    assertThat(answer.status()).as(answer.body()).isEqualTo(401);
    assertThat(answer.text("detail")).contains(why);
  }

  private void said(String body, String text) {
    var answer = teams.send(served, body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).contains(text);
  }

  private void stillHeld() {
    assertThat(served.get("/v1/executions/" + held, Served.VIC).text("result")).isEqualTo("HELD");
    assertThat(served.world.change(held).orElseThrow().approval()).isEmpty();
  }
}
