package dev.deployclaw.container.config;

import dev.deployclaw.container.config.secret.SecretValue;
import java.time.Duration;

/**
 * A language model that reads requests beside the rule planner.
 *
 * @param name as the provider spells it
 * @param url where the provider answers
 * @param timeout for one request, all attempts together
 * @param tokens the most that one request may cost, prompts and answers together
 * @param attempts how often it is asked, the first time included, until its answer can be read
 */
public record ModelConfig(
    Dialect dialect,
    String name,
    String url,
    SecretValue apiKey,
    Duration timeout,
    int tokens,
    int attempts) {

  /** Whose interface it speaks. */
  public enum Dialect {
    OPENAI,
    ANTHROPIC,
    OLLAMA
  }
}
