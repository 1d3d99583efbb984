package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import dev.deployclaw.policy.model.InvalidTokenAction;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.ratelimit.token.Issuer;
import dev.deployclaw.ratelimit.token.JwksSource;
import dev.deployclaw.ratelimit.token.TokenSettings;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fresh valid tokens beside many connections that bring forged ones, each another one. */
@Slow(
    guard = "dev.deployclaw.ratelimit.token.FairCheckQueueTest",
    because = "it brings forged tokens over two hundred connections")
class TokenFloodTest {
  private static final int CONNECTIONS = 200;
  private static final int GOOD = 60;
  private static final Issuer ISSUER = new Issuer().rsa("rsa");
  @TempDir private static Path folder;
  @AutoClose private static Estate estate;

  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger forged = new AtomicInteger();
  private final AtomicInteger believed = new AtomicInteger();

  @BeforeAll
  static void start() throws Exception {
    var keys = Files.writeString(folder.resolve("keys.json"), ISSUER.keySet());
    var settings =
        new TokenSettings(
            new JwksSource.File(keys),
            TokenSettings.USUAL,
            Duration.ofSeconds(30),
            TokenSettings.USUAL_LIFE);
    estate = Estate.start(folder, 0, settings);
    var claim = new Claim("tenant", Issuer.NAME, Issuer.AUDIENCE, InvalidTokenAction.REFUSE);
    estate.activate(1, Sets.behind(claim, "", Sets.tenant("acme", Sets.burst("all", 1_000_000))));
    BoundedWait.until("keys are read", Estate.LONG, () -> good(-1) == 204);
  }

  @Test
  void forgedTokensCrowdNoValidOneOut() throws Exception {
    var flood = new ArrayList<Thread>();
    for (int i = 0; i < CONNECTIONS; i++) {
      int from = i;
      flood.add(Thread.ofVirtual().start(() -> forge(from)));
    }
    List<Integer> answers = new ArrayList<>();
    try {
      BoundedWait.until("the flood runs", Estate.LONG, () -> forged.get() > 10 * CONNECTIONS);
      for (int i = 0; i < GOOD; i++) {
        answers.add(good(i));
      }
    } finally {
      over.set(true);
      for (var thread : flood) {
        thread.join();
      }
    }

    assertThat(answers).hasSize(GOOD).containsOnly(204);
    assertThat(believed).hasValue(0);
  }

  /** One after the other on one connection, as a gateway sends them. */
  private void forge(int connection) {
    String good = ISSUER.token("rsa", "RS256", "acme");
    String stem = good.substring(0, good.lastIndexOf('.') + 1);
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), estate.port())) {
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      for (int i = 0; !over.get(); i++) {
        String signature = "%08d".formatted(connection * 100_000 + i).repeat(43).substring(0, 342);
        socket.getOutputStream().write(request(stem + signature));
        if (answered(in).contains(" 204")) {
          believed.incrementAndGet();
        }
        forged.incrementAndGet();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] request(String token) {
    var headers = new HashMap<>(Estate.question("x", "/pay", Map.of()));
    headers.put("Authorization", "Bearer " + token);
    headers.put(DecideHeaders.CLIENT, "192.0.2.7");
    var out = new StringBuilder("GET /v1/decide HTTP/1.1\r\nHost: x\r\n");
    headers.forEach((name, value) -> out.append(name + ": " + value + "\r\n"));
    return (out + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static String answered(BufferedReader in) throws IOException {
    String status = in.readLine();
    int body = 0;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length: ")) {
        body = Integer.parseInt(line.substring("content-length: ".length()));
      }
    }
    in.skip(body);
    return String.valueOf(status);
  }

  /** From another client, with a token that was never seen. */
  private static int good(int number) {
    var claims = Issuer.claims("acme", Map.of("jti", "t" + number));
    var headers = Map.of("Authorization", "Bearer " + ISSUER.token("rsa", "RS256", claims));
    return estate.get("/v1/decide", Estate.question("x", "/pay", headers)).statusCode();
  }
}
