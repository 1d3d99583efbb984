package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.CapturedLog;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.container.signin.SignInLog;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that end, tokens that follow them, and what the application log says of both. */
class SignInTest {
  private static final String OLD = "old-0123456789abcdef0123456789abcdef";
  private static final String NEW = "new-0123456789abcdef0123456789abcdef";
  private static final String PATH = "/v1/executions";

  @TempDir Path folder;

  @AutoClose private final CapturedLog log = CapturedLog.of(SignInLog.class);
  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.start(folder, ServerFixture.patient());
  }

  @Test
  void anExpiredTokenIsRefusedWithItsReasonWhileTheNextOneOfItsNameCounts() throws Exception {
    add(OLD, "2026-01-31");
    add(NEW, "2126-01-31T12:00:00Z");

    BoundedWait.until(
        "the new token is known", ServerFixture.SOON, () -> served.get(PATH, NEW).status() == 200);
    var refused = served.get(PATH, OLD);

    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.text("detail")).isEqualTo("the token expired at 2026-02-01T00:00:00Z");
  }

  @Test
  void aLineTellsOfTheFirstUseAndNoneOfTheNext() {
    for (int i = 0; i < 20; i++) {
      assertThat(served.get(PATH, VIC).status()).isEqualTo(200);
    }
    assertThat(served.get(PATH, OLIVIA).status()).isEqualTo(200);

    assertThat(said("A caller signed in")).hasSize(2).anyMatch(l -> l.contains("vic"));
    assertThat(served.get("/metrics", VIC).body())
        .contains("deployclaw_sign_ins_total{by=\"token\"} 2.0");
  }

  @Test
  void aFewLinesTellOfManyRefusalsAndNoneRepeatsACredential() {
    for (int i = 0; i < 50; i++) {
      assertThat(served.get(PATH, "forged-secret-" + i).status()).isEqualTo(401);
    }
    assertThat(served.get(PATH, "").status()).isEqualTo(401);

    assertThat(said("A credential was refused"))
        .hasSizeBetween(1, 6)
        .allMatch(l -> l.contains("this credential is unknown") && !l.contains("forged-secret"));
    assertThat(served.get("/metrics", VIC).body())
        .contains("deployclaw_refusals_total{by=\"credential\"} 51.0");
  }

  @Test
  void aFewLinesTellOfManyRefusalsAtTheConsoleToo() {
    for (int i = 0; i < 50; i++) {
      assertThat(atTheConsole("forged-secret-" + i).status()).isEqualTo(401);
    }

    assertThat(said("A credential was refused"))
        .hasSizeBetween(1, 6)
        .allMatch(l -> l.contains("console") && !l.contains("forged-secret"));
    assertThat(served.get("/metrics", VIC).body())
        .contains("deployclaw_refusals_total{by=\"credential\"} 50.0");
  }

  private Served.Answer atTheConsole(String token) {
    return served.send(
        served
            .request("/console/session", "")
            .header("Origin", served.address())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"token\": \"" + token + "\"}")));
  }

  private List<String> said(String message) {
    return log.lines().stream()
        .filter(l -> l.getFormattedMessage().equals(message))
        .map(l -> l.getKeyValuePairs().toString())
        .toList();
  }

  private void add(String token, String expires) throws IOException {
    Files.writeString(
        served.tokens,
        Files.readString(served.tokens)
            + "  - {name: ci, sha256: %s, roles: [viewer], expires: %s}\n"
                .formatted(Served.hash(token), expires));
  }
}
