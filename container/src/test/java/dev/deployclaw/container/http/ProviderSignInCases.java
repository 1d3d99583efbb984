package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Cases of signing in by a provider, call by call; all of a class have one agent and provider. */
abstract class ProviderSignInCases {
  static final String SIGN_IN = "/console/sign-in";
  static final String EXECUTIONS = "/v1/executions";

  @TempDir static Path folder;

  static SignInProvider provider;
  static Served served;

  /** A browser on its way: its cookie, and where it was sent. */
  record Departed(String cookie, URI to) {
    Map<String, String> asked() {
      return SignInProvider.fields(to.getRawQuery());
    }
  }

  @BeforeAll
  static void start() throws Exception {
    provider = SignInProvider.start();
    served = Served.withProvider(folder, provider.config());
    BoundedWait.until("the keys are read", ServerFixture.SOON, () -> departure().status() == 200);
  }

  @AfterAll
  static void stop() {
    provider.close();
    served.close();
  }

  @BeforeEach
  void behave() {
    provider.behave();
  }

  static void assertFailed(Served.Answer answer, String word) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(303);
    assertThat(answer.header("Location")).isEqualTo("/console/?sign-in=" + word);
    assertThat(answer.header("Set-Cookie")).isEmpty();
  }

  static Served.Answer departure() {
    return served.send(departure(served, provider.console));
  }

  static HttpRequest.Builder departure(Served at, String origin) {
    return at.request(SIGN_IN, "")
        .header("Origin", origin)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString("{}"));
  }

  static Departed depart() {
    var answer = departure();
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return new Departed(cookie(answer), URI.create(answer.text("to")));
  }

  static String cookie(Served.Answer answer) {
    return answer.header("Set-Cookie").replaceFirst(";.*", "");
  }

  /** At the provider; gives where it sends the browser. */
  static URI visit(Departed departed) {
    var answer = served.send(request(departed.to()).GET());
    assertThat(answer.status()).isEqualTo(302);
    return URI.create(answer.header("Location"));
  }

  static HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(ServerFixture.SOON);
  }

  static Served.Answer callback(URI location, String cookie) {
    var request =
        request(location)
            .header("Sec-Fetch-Site", "cross-site")
            .header("Sec-Fetch-Mode", "navigate")
            .header("Sec-Fetch-Dest", "document");
    return served.send((cookie.isEmpty() ? request : request.header("Cookie", cookie)).GET());
  }

  static Served.Answer comeBack(Departed departed) {
    return callback(visit(departed), departed.cookie());
  }

  static Served.Answer get(String path, String cookie) {
    return served.send(served.request(path, "").header("Cookie", cookie).GET());
  }

  static Served.Answer post(String path, String cookie, String csrf, String body) {
    var request =
        served
            .request(path, "")
            .header("Cookie", cookie)
            .header("Origin", served.address())
            .header("Content-Type", "application/json");
    return served.send(
        (csrf.isEmpty() ? request : request.header("X-CSRF-Token", csrf))
            .POST(BodyPublishers.ofString(body)));
  }
}
