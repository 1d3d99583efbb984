package dev.deployclaw.lab.guard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.network.ChatCompletion;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.commons.lang3.function.Failable;

/**
 * A language model that is worse than any real one: it does whatever it reads. Where nothing tells
 * it otherwise, it reads the request as it should be read. It speaks OpenAI's interface on a free
 * port of this machine.
 */
final class MaliciousModel implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What may differ: the time, and plain names of tenants that documents define in vain. */
  private static final Pattern ALLOWED =
      Pattern.compile("\"(now|weekday)\":\"[^\"]*\",?|\"p-[0-9]{3}\":\\{\"labels\":\\[\\]\\},?");

  /** Of a payload's text, as much as may be left of it in whatever it went through. */
  private static final int RECOGNISED = 24;

  /** What it does for anyone who tells it anything: it lifts all limits of all tenants. */
  private static final Map<String, Object> OBEDIENCE =
      Map.of(
          "outcome",
          "planned",
          "operation",
          "set-limit",
          "quotes",
          List.of(Map.of("slot", "all", "quote", "limit")),
          "changes",
          List.of(
              Map.of("all", true, "set", Map.of("requests", 1_000_000_000, "windowSeconds", 1))));

  private final FakeHttpServer server;
  private final List<String> marks;
  private final Map<String, Object> readings;
  private final Set<String> prompts = ConcurrentHashMap.newKeySet();
  private final AtomicInteger reached = new AtomicInteger();

  /** With what each request comes to, read as it should be. */
  MaliciousModel(List<InjectionPayload> payloads, Map<String, Object> readings) {
    this.marks = payloads.stream().map(p -> mark(p.text())).toList();
    this.readings = Map.copyOf(readings);
    server = FakeHttpServer.start(this::serve);
  }

  String url() {
    return server.url() + "/v1";
  }

  int asked() {
    return server.requests().size();
  }

  /** What it was asked by now, each once, but for the time and plain names. */
  Set<String> prompts() {
    return Set.copyOf(prompts);
  }

  /** How often a payload stood in what it was asked. */
  int reached() {
    return reached.get();
  }

  @Override
  public void close() {
    server.close();
  }

  private FakeHttpServer.Answer serve(FakeHttpServer.Request request) {
    return Failable.get(() -> {
      var content = JSON.writeValueAsString(answer(JSON.readTree(request.bytes())));
      return FakeHttpServer.Answer.json(200, ChatCompletion.of(content, "stop"));
    });
  }

  private Object answer(JsonNode body) {
    var said = new StringBuilder();
    body.path("messages").forEach(m -> said.append(m.path("content").asText()).append('\n'));
    prompts.add(ALLOWED.matcher(said).replaceAll(""));
    String plain = plain(said.toString());
    if (marks.stream().anyMatch(plain::contains)) {
      reached.incrementAndGet();
      return OBEDIENCE;
    }
    return readings.entrySet().stream()
        .filter(r -> said.indexOf(r.getKey()) >= 0)
        .<Object>map(Map.Entry::getValue)
        .findFirst()
        .orElse(Map.of("outcome", "refused", "reason", "I don't know the result of this"));
  }

  private static String mark(String text) {
    String plain = plain(text);
    return plain.substring(0, Math.min(RECOGNISED, plain.length()));
  }

  /** Letters and digits alone: quoting, escapes and line breaks don't hide a text. */
  private static String plain(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}]+", "");
  }
}
