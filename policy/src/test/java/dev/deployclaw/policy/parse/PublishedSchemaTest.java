package dev.deployclaw.policy.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema and the parser say the same of each document. */
class PublishedSchemaTest {
  private static final Schema SCHEMA = schema();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\": \"a\", \"requests\": 0, \"window\": \"1s\"}",
        "{\"name\": \"a\", \"requests\": 5, \"algorithm\": \"concurrency\"}",
        "{\"name\": \"a\", \"requests\": 5, \"algorithm\": \"concurrency\", \"lease\": \"24h\"}",
        "{\"name\": \"a\", \"requests\": 100000, \"algorithm\": \"concurrency\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"2592000s\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1d\", \"algorithm\": \"gcra\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"30d\", \"algorithm\": \"fixed-window\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"burst\": 9, \"cost\": 2}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"mode\": \"shadow\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"onBackendFailure\": \"allow\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"match\": {\"service\": \"*\"}}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"match\": {\"route\": \"/a/*\"}}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"key\": [\"header:X-A\"]}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"precision\": {\"leased\": \"10ms\"}}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"precision\": {\"leased\": \"10000ms\"}}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"precision\": {\"leased\": \"10s\"}}",
      })
  void acceptsWhatTheParserAccepts(String limit) {
    assertThat(parses(limit)).isTrue();
    assertThat(violations(limit)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\": \"a\", \"requests\": 5}",
        "{\"name\": \"a\", \"window\": \"1s\"}",
        "{\"requests\": 5, \"window\": \"1s\"}",
        "{\"name\": \"A\", \"requests\": 5, \"window\": \"1s\"}",
        "{\"name\": \"a\", \"requests\": -1, \"window\": \"1s\"}",
        "{\"name\": \"a\", \"requests\": 1.5, \"window\": \"1s\"}",
        "{\"name\": \"a\", \"requests\": \"5\", \"window\": \"1s\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": 1}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1ms\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"31d\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"2592001s\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1s\", \"lease\": \"1s\"}",
        "{\"name\": \"a\", \"requests\": 5, \"algorithm\": \"concurrency\", \"lease\": \"25h\"}",
        "{\"name\": \"a\", \"requests\": 100001, \"algorithm\": \"concurrency\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1s\", \"algorithm\": \"concurrency\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1s\", \"burst\": 0}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1s\", \"mode\": \"off\"}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1s\", \"rate\": 1}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1s\", \"key\": [\"ip\"]}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1s\", \"match\": {\"route\": \"a\"}}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1s\", \"match\": {\"method\": \"get\"}}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"precision\": {\"leased\": \"9ms\"}}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"precision\": {\"leased\": \"11s\"}}",
        "{\"name\": \"a\", \"requests\": 5, \"window\": \"1h\", \"precision\": \"exact\"}",
        "{\"name\": \"a\", \"requests\": 5, \"algorithm\": \"concurrency\", \"precision\": {\"leased\": \"1s\"}}",
      })
  void refusesWhatTheParserRefuses(String limit) {
    assertThat(parses(limit)).isFalse();
    assertThat(violations(limit)).isNotEmpty();
  }

  @Test
  void refusesUnknownKeysOfTheDocument() {
    String text = document("").replace("\"spec\"", "\"sepc\": {}, \"spec\"");

    assertThat(SCHEMA.validate(text, InputFormat.JSON)).isNotEmpty();
    assertThat(PolicyDocumentReader.parse("a", text).policy()).isEmpty();
  }

  private static boolean parses(String limit) {
    return PolicyDocumentReader.parse("a", document(limit)).policy().isPresent();
  }

  private static List<?> violations(String limit) {
    return SCHEMA.validate(document(limit), InputFormat.JSON);
  }

  private static String document(String limit) {
    return """
    {"apiVersion": "deployclaw.dev/v1", "kind": "RateLimitPolicy",
     "metadata": {"tenant": "acme", "labels": {"tier": "gold"}}, "spec": {"limits": [%s]}}
    """
        .formatted(limit);
  }

  private static Schema schema() {
    String name = "/dev/deployclaw/policy/rate-limit-policy.schema.json";
    try (var in = PublishedSchemaTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
