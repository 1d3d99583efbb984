package dev.deployclaw.container.config;

import dev.deployclaw.container.config.secret.SecretValue;
import java.util.Map;
import java.util.Optional;

/**
 * A place where people are told of holds, and decide.
 *
 * @param name of the channel, unique; a part of keys and paths
 * @param console address at which people reach the agent, for links; empty for no link
 * @param people who may decide there: by the platform's name of a person, ours
 */
public record ApprovalChannelConfig(
    String name, Optional<String> console, Map<String, String> people, Platform platform) {
  public ApprovalChannelConfig {
    people = Map.copyOf(people);
  }

  /** What the place is. */
  public sealed interface Platform {
    /**
     * A channel of Slack, by an app of one's own.
     *
     * @param url of the Web API
     * @param channel its id
     * @param team the workspace whose people count
     * @param token of the app's bot
     * @param signingSecret by which Slack signs its calls
     */
    record Slack(
        String url, String channel, String team, SecretValue token, SecretValue signingSecret)
        implements Platform {}

    /**
     * Any program that shows holds and brings decisions.
     *
     * @param secret signs what it is sent (HMAC-SHA256)
     * @param decisionSecret signs what it sends
     */
    record SignedWebhook(String url, SecretValue secret, SecretValue decisionSecret)
        implements Platform {
      /** A webhook's address may itself be what lets one in. */
      @Override
      public String toString() {
        return "SignedWebhook[***]";
      }
    }
  }
}
