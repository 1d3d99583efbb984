package dev.deployclaw.policy.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Each field of a document with each of many values, good and bad: the schema and the parser say
 * the same of all of them.
 */
class SchemaCorpusTest {
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "1",
          "-1",
          "7",
          "1.5",
          "1000000000",
          "1000000001",
          "100001",
          "123456789012345678901234567890",
          "\"\"",
          "\" \"",
          "\"x\"",
          "\"X\"",
          "\"-x\"",
          "\"1\"",
          "\"*\"",
          "\"/\"",
          "\"/a\"",
          "\"/a/*\"",
          "\"a/b\"",
          "\"/a?b\"",
          "\"GET\"",
          "\"get\"",
          "\"1s\"",
          "\"0s\"",
          "\"30d\"",
          "\"31d\"",
          "\"24h\"",
          "\"25h\"",
          "\"1ms\"",
          "\"1 s\"",
          "\"allow\"",
          "\"deny\"",
          "\"shadow\"",
          "\"enforce\"",
          "\"gcra\"",
          "\"concurrency\"",
          "\"fixed-window\"",
          "\"sliding-window\"",
          "\"token-bucket\"",
          "[]",
          "{}",
          "[\"tenant\"]",
          "[\"client-address\"]",
          "[\"header:X-A\", \"client-address\"]",
          "[\"header:\"]",
          "[1]",
          "[\"a\", \"b\", \"c\", \"d\", \"e\"]",
          "\"deployclaw.dev/v1\"",
          "\"RateLimitPolicy\"",
          "{\"tenant\": \"acme\"}",
          "{\"a\": \"b\"}",
          "{\"a\": 1}",
          "{\"service\": \"*\"}",
          "{\"leased\": \"50ms\"}",
          "{\"leased\": \"010ms\"}",
          "{\"leased\": \"9999ms\"}",
          "{\"leased\": \"10001ms\"}",
          "{\"leased\": \"10s\"}",
          "{\"leased\": \"11s\"}",
          "{\"leased\": 50}",
          "{\"leased\": \"50ms\", \"a\": 1}");

  private static final List<String> FIELDS =
      List.of(
          "apiVersion",
          "kind",
          "metadata",
          "tenant",
          "labels",
          "spec",
          "parent",
          "blocked",
          "failure",
          "limits",
          "name",
          "match",
          "service",
          "route",
          "method",
          "key",
          "algorithm",
          "requests",
          "window",
          "lease",
          "burst",
          "cost",
          "mode",
          "onBackendFailure",
          "precision",
          "rate");

  private static final String DOCUMENT =
      """
      {"apiVersion": "deployclaw.dev/v1", "kind": "RateLimitPolicy",
       "metadata": {"tenant": "acme", "labels": {"tier": "gold"}},
       "spec": {"parent": "retail", "blocked": false, "failure": "deny", "limits": [
         {"name": "all", "match": {"service": "shop", "route": "/a", "method": "GET"},
          "key": ["tenant"], "algorithm": "token-bucket", "requests": 5, "window": "1m",
          "lease": "1m", "burst": 5, "cost": 1, "mode": "enforce", "onBackendFailure": "deny",
          "rate": 1, "precision": "none"}]}}
      """;

  @Test
  void schemaAndParserSayTheSameOfEveryField() throws Exception {
    var schema = schema();
    int good = 0;
    int bad = 0;
    List<String> differing = new ArrayList<>();
    for (var algorithm : List.of("\"token-bucket\"", "\"concurrency\"")) {
      for (var document : corpus(algorithm)) {
        boolean parsed = PolicyDocumentReader.parse("a", document).policy().isPresent();
        boolean valid = schema.validate(document, InputFormat.JSON).isEmpty();
        if (parsed != valid) {
          differing.add((parsed ? "only the parser takes " : "only the schema takes ") + document);
        }
        good += parsed ? 1 : 0;
        bad += parsed ? 0 : 1;
      }
    }

    System.out.println("schema against parser: " + good + " good documents, " + bad + " bad ones");
    assertThat(differing).isEmpty();
    assertThat(good).isGreaterThan(150);
    assertThat(bad).isGreaterThan(1_000);
  }

  private static List<String> corpus(String algorithm) {
    var base = base();
    base.put("algorithm", algorithm);
    base.put(algorithm.equals("\"concurrency\"") ? "window" : "lease", "");
    base.put("rate", "");
    base.put("precision", "");
    var corpus = new ArrayList<String>();
    for (String field : FIELDS) {
      for (String value : VALUES) {
        var changed = new LinkedHashMap<>(base);
        changed.put(field, value);
        corpus.add(document(changed));
      }
      var without = new LinkedHashMap<>(base);
      without.put(field, "");
      corpus.add(document(without));
    }
    return corpus;
  }

  private static Map<String, String> base() {
    var base = new LinkedHashMap<String, String>();
    FIELDS.forEach(f -> base.put(f, own(f)));
    return base;
  }

  /** What the document has there; for a mapping or list {@code =}. */
  private static String own(String field) {
    var found =
        java.util.regex.Pattern.compile("\"" + field + "\": (\"[^\"]*\"|\\d+|false|\\[\"tenant\"])")
            .matcher(DOCUMENT);
    return found.find() ? found.group(1) : "=";
  }

  private static String document(Map<String, String> f) {
    String match = object(f, "service", "route", "method");
    String limit =
        object(
            with(f, "match", match),
            "name",
            "match",
            "key",
            "algorithm",
            "requests",
            "window",
            "lease",
            "burst",
            "cost",
            "mode",
            "onBackendFailure",
            "precision",
            "rate");
    var spec = with(f, "limits", "[" + limit + "]");
    var written = with(with(f, "metadata", metadata(f)), "spec", spec(spec));
    return object(written, "apiVersion", "kind", "metadata", "spec");
  }

  private static String metadata(Map<String, String> f) {
    return object(with(f, "labels", "{\"tier\": \"gold\"}"), "tenant", "labels");
  }

  private static String spec(Map<String, String> f) {
    return object(f, "parent", "blocked", "failure", "limits")
        .replace("\"failure\":", "\"onBackendFailure\":");
  }

  private static Map<String, String> with(Map<String, String> f, String field, String own) {
    var out = new LinkedHashMap<>(f);
    out.replace(field, "=", own);
    return out;
  }

  private static String object(Map<String, String> f, String... fields) {
    return List.of(fields).stream()
        .filter(n -> !f.getOrDefault(n, "").isEmpty())
        .map(n -> "\"" + n + "\": " + f.get(n))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static Schema schema() throws Exception {
    String name = "/dev/deployclaw/policy/rate-limit-policy.schema.json";
    try (var in = SchemaCorpusTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(text);
    }
  }
}
