package dev.deployclaw.policy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The rendered refusals over the list of spellings, in a model of what Envoy's documentation says
 * of {@code path_with_escaped_slashes_action}, {@code normalize_path}, {@code merge_slashes} and
 * the order of routes. No Envoy runs here.
 */
class EnvoyPathRulesTest {
  private static final Path LIST =
      Path.of("src/test/resources/dev/deployclaw/policy/gateway/spellings.txt");

  private static final String TOLD = "dc-probe";
  private static final Pattern BYTE = Pattern.compile("\\\\x([0-9a-f]{2})");
  private static final List<String> PREFIXES = List.of("/orders/bulk", "/checkout", "/orders", "/");
  private static final Gateway GATEWAY =
      new Gateway(
          "gw-1",
          "shop",
          new Gateway.Identity.Host("example.test"),
          PREFIXES.stream().map(p -> new Gateway.Route(p, "web")).toList());

  @Test
  void whatIsPassedIsJudgedAsItIsForwarded() throws Exception {
    var apart = new ArrayList<String>();
    int passed = 0;
    for (String target : spellings()) {
      var forwarded = forwarded(PathStrictness.STRICT, target);
      if (forwarded.isPresent()) {
        passed++;
        String judged = RequestShape.ofUri("", forwarded.get(), "GET").path();
        if (!prefix(judged).equals(prefix(forwarded.get()))) {
          apart.add(target + " -> " + forwarded.get() + " judged as " + judged);
        }
      }
    }

    assertThat(apart).isEmpty();
    assertThat(passed).isGreaterThan(30);
  }

  @Test
  void whatNginxPassesEnvoyPassesToo() throws Exception {
    var strict = Pattern.compile(PathStrictness.STRICT.targets().orElseThrow());
    for (String target : spellings()) {
      if (strict.matcher(target).find()) {
        assertThat(forwarded(PathStrictness.STRICT, target)).contains(target.split("\\?", 2)[0]);
      }
    }
  }

  @Test
  void refusesTwoHosts() throws Exception {
    var one = List.of("acme.example.test", "acme.example.test:8080", "[::1]:80", "");

    for (var spelling : PathStrictness.values()) {
      assertThat(one).noneMatch(host -> answered(spelling, "/orders", host));
      assertThat(answered(spelling, "/orders", "acme.example.test,other.example.test")).isTrue();
      assertThat(answered(spelling, "/orders", "acme.example.test other")).isTrue();
    }
  }

  /** Of other bytes a question can't be made, and an error passes where Envoy opens. */
  @Test
  void refusesWhatIsNoTextInAllThatTheServiceIsTold() {
    for (var spelling : PathStrictness.values()) {
      assertThat(answered(spelling, "/orders?a=\u00e0\u0080\u0080", "a")).isTrue();
      assertThat(routes(spelling))
          .map(String::valueOf)
          .filteredOn(r -> r.contains(TOLD))
          .singleElement()
          .asString()
          .contains("treat_missing_header_as_empty=true", "invert_match=true", "regex=[\\t -~]*");
    }
  }

  @Test
  void expressionsAreSmallEnoughForEnvoy() {
    assertThat(expressions(PathStrictness.STRICT)).hasSize(10).allMatch(e -> e.length() < 90);
    assertThat(expressions(PathStrictness.ANY)).hasSize(3);
  }

  @Test
  void saysWhatItCanNotTellApart() {
    assertThat(losses(PathStrictness.STRICT)).doesNotContain("paths");
    assertThat(losses(PathStrictness.ENCODED_SLASH)).contains("paths");
    assertThat(losses(PathStrictness.ANY)).contains("paths");
  }

  /** What reaches the upstream, without its query; empty where it is answered with 400. */
  private static Optional<String> forwarded(PathStrictness spelling, String target) {
    String[] parts = target.split("\\?", 2);
    boolean refused =
        !target.startsWith("/")
            || target.indexOf('#') >= 0
            || Pattern.compile("(?i)%2f|%5c").matcher(parts[0]).find();
    if (refused) {
      return Optional.empty();
    }
    String path = normalized(parts[0]);
    String whole = parts.length > 1 ? path + "?" + parts[1] : path;
    return answered(spelling, whole, "a") ? Optional.empty() : Optional.of(path);
  }

  private static String normalized(String path) {
    var kept = new ArrayDeque<String>();
    var segments = path.replace('\\', '/').split("/", -1);
    String last = "";
    for (String segment : segments) {
      last = segment.replaceAll("(?i)%2e", ".");
      switch (last) {
        case "", "." -> {}
        case ".." -> kept.pollLast();
        default -> kept.addLast(segment);
      }
    }
    boolean folder = List.of("", ".", "..").contains(last);
    return "/" + String.join("/", kept) + (folder && !kept.isEmpty() ? "/" : "");
  }

  /** Whether a route of the refusals matches. */
  private static boolean answered(PathStrictness spelling, String target, String host) {
    String path = target.split("\\?", 2)[0];
    return routes(spelling).stream()
        .map(route -> within(route, "match"))
        .anyMatch(match -> {
          if (match.get("headers") instanceof List<?> headers) {
            var header = (Map<?, ?>) headers.getFirst();
            String value =
                switch (String.valueOf(header.get("name"))) {
                  case ":path" -> target;
                  case TOLD -> "a token";
                  default -> host;
                };
            return !value.matches(regex(within(header, "string_match")));
          }
          return path.matches(regex(match));
        });
  }

  private static List<String> expressions(PathStrictness spelling) {
    return routes(spelling).stream().map(String::valueOf).map(EnvoyPathRulesTest::inside).toList();
  }

  private static String inside(String route) {
    var found = Pattern.compile("regex=(.*?)}[,}]").matcher(route);
    return found.find() ? found.group(1) : "";
  }

  private static String regex(Map<?, ?> matcher) {
    return String.valueOf(within(matcher, "safe_regex").get("regex"));
  }

  private static Map<?, ?> within(Object map, String key) {
    return (Map<?, ?>) Objects.requireNonNull(((Map<?, ?>) map).get(key), key);
  }

  private static List<Object> routes(PathStrictness spelling) {
    return new EnvoyPathRules(spelling).routes(Map.of(), List.of(TOLD));
  }

  private static List<String> losses(PathStrictness spelling) {
    var site =
        new GatewaySite(
            "0.0.0.0:8000",
            "127.0.0.1:8081",
            new TreeMap<>(Map.of("web", "web:80")),
            Path.of("/run/pid"),
            Path.of("/log/access.log"),
            true,
            Duration.ofSeconds(5),
            List.of(),
            new EdgePolicy(EdgePolicy.NONE.trusted(), EdgePolicy.NONE.backstop(), spelling));
    return EnvoyBootstrapFile.render(PolicySet.EMPTY, GATEWAY, site).losses().stream()
        .map(UnsupportedSetting::about)
        .toList();
  }

  private static String prefix(String path) {
    return PREFIXES.stream()
        .filter(p -> (path + "/").startsWith(p.equals("/") ? p : p + "/"))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> spellings() throws IOException {
    return Files.readAllLines(LIST).stream()
        .filter(l -> !l.isEmpty() && !l.startsWith("# "))
        .map(l ->
            BYTE.matcher(l)
                .replaceAll(b ->
                    Matcher.quoteReplacement(
                        String.valueOf((char) Integer.parseInt(b.group(1), 16)))))
        .toList();
  }
}
