package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.ModelConfig;
import dev.deployclaw.container.config.ModelConfig.Dialect;
import dev.deployclaw.container.config.yaml.ConfigSection;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the section {@code model}; absent, the rule planner is alone.
 *
 * @param content of a file; empty where it can't be read
 */
record ModelConfigReader(Function<String, Optional<String>> content) {
  private static final int DEFAULT_TOKENS = 20_000;
  private static final int FEWEST_TOKENS = 1_000;
  private static final int MOST_TOKENS = 1_000_000;
  private static final int DEFAULT_ATTEMPTS = 2;
  private static final int MOST_ATTEMPTS = 5;

  Optional<ModelConfig> read(ConfigSection root) {
    var f = root.section("model");
    if (!root.given("model")) {
      return Optional.empty();
    }
    var provider = f.choice("provider", "openai", List.of("openai", "anthropic", "ollama"));
    var model =
        new ModelConfig(
            Dialect.valueOf(provider.toUpperCase(Locale.ROOT)),
            f.required("name"),
            f.url("url"),
            f.secret("apiKey", content),
            f.duration("timeout", Duration.ofSeconds(20)),
            f.whole("tokens", DEFAULT_TOKENS, FEWEST_TOKENS, MOST_TOKENS),
            f.whole("attempts", DEFAULT_ATTEMPTS, 1, MOST_ATTEMPTS));
    f.done();
    if (model.dialect() == Dialect.ANTHROPIC && model.apiKey().value().isEmpty()) {
      f.problem("apiKeyFile", f.line(), "is required", "name the file that holds the key");
    }
    return Optional.of(model);
  }
}
