package dev.deployclaw.container.config;

import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.core.tls.TlsSettings;
import java.util.List;
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
     * Mails to people, who decide in the console.
     *
     * @param from one address, as {@code to} has several
     */
    record Email(MailServer server, String from, List<String> to) implements Platform {
      public Email {
        to = List.copyOf(to);
      }

      /** Of the sender. */
      public String domain() {
        return from.substring(from.indexOf('@') + 1);
      }
    }

    /**
     * Where mails are handed in.
     *
     * @param immediate whether TLS begins with the connection, and not by STARTTLS
     * @param tls empty for none, on loopback alone
     * @param username empty where none is asked for
     */
    record MailServer(
        String host,
        int port,
        boolean immediate,
        Optional<TlsSettings> tls,
        String username,
        SecretValue password) {}

    /**
     * A channel or group chat of Microsoft Teams, by a bot of one's own.
     *
     * @param app the bot's id
     * @param tenant whose people count
     * @param secret of the app
     * @param channel id of the conversation
     */
    record Teams(BotService service, String app, String tenant, SecretValue secret, String channel)
        implements Platform {}

    /**
     * Where the Bot Framework is.
     *
     * @param url to which cards are sent
     * @param login gives the bot tokens
     * @param metadata names the keys by which calls of the bot are signed
     * @param issuer of their tokens
     */
    record BotService(String url, String login, String metadata, String issuer) {}

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
