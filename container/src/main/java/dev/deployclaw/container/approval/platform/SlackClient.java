package dev.deployclaw.container.approval.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.approval.CardDelivery;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.notification.NotificationHttpClient;
import dev.deployclaw.container.notification.NotificationHttpClient.Exchange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.Set;

/**
 * Calls of Slack's Web API. Written by hand: of the official SDK ({@code
 * com.slack.api:slack-api-client}) four calls would be used, and it brings OkHttp and Kotlin. Any
 * thread.
 */
record SlackClient(Platform.Slack slack, NotificationHttpClient http) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;

  /** The message, or the right to change it, is gone for good. */
  private static final Set<String> GONE =
      Set.of("message_not_found", "cant_update_message", "edit_window_closed", "is_inactive");

  /** What Slack said. */
  sealed interface Reply {
    record Fine(JsonNode fields) implements Reply {}

    /**
     * @param error Slack's word for it
     */
    record Faulty(String error) implements Reply {}

    record Unclear(CardDelivery.Later later) implements Reply {}

    record Silent(String why) implements Reply {}

    /** What it means for a card. */
    default CardDelivery delivery() {
      return switch (this) {
        case Fine(JsonNode fields) ->
            new CardDelivery.Shown(
                fields.path("channel").asText() + "/" + fields.path("ts").asText());
        case Faulty(String error) when GONE.contains(error) -> new CardDelivery.Gone(error);
        case Faulty(String error) -> new CardDelivery.Refused("Slack says " + error);
        case Unclear(CardDelivery.Later later) -> later;
        case Silent(String why) -> new CardDelivery.Unknown(why);
      };
    }
  }

  Reply call(String method, Map<String, Object> arguments) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(slack.url().replaceFirst("/$", "") + "/" + method))
            .header("Content-Type", "application/json; charset=utf-8")
            .header("Authorization", "Bearer " + slack.token().value())
            .header("User-Agent", "deployclaw")
            .POST(BodyPublishers.ofByteArray(bytes(arguments)))
            .build();
    return switch (http.exchange(request)) {
      case Exchange.Unanswered(String why) -> new Reply.Silent(why);
      case Exchange.Answered answer -> reply(answer);
    };
  }

  private static Reply reply(Exchange.Answered answer) {
    if (answer.status() != OK) {
      return new Reply.Unclear(
          new CardDelivery.Later("Slack answered " + answer.status(), answer.after()));
    }
    try {
      var fields = JSON.readTree(answer.body());
      if (fields == null || !fields.path("ok").isBoolean()) {
        return new Reply.Unclear(CardDelivery.later("Slack's answer has no field ok"));
      }
      return fields.path("ok").asBoolean()
          ? new Reply.Fine(fields)
          : new Reply.Faulty(word(fields.path("error").asText()));
    } catch (IOException e) {
      return new Reply.Unclear(CardDelivery.later("Slack's answer isn't JSON"));
    }
  }

  /** An error is a word; anything else isn't Slack's. */
  private static String word(String error) {
    return error.matches("[a-z0-9_]{1,64}") ? error : "an unknown error";
  }

  private static byte[] bytes(Map<String, Object> arguments) {
    try {
      return JSON.writeValueAsBytes(arguments);
    } catch (IOException e) {
      throw new IllegalStateException("arguments that aren't JSON", e);
    }
  }
}
