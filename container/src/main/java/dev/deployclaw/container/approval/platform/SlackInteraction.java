package dev.deployclaw.container.approval.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A click, as Slack sends it.
 *
 * @param team of the person
 * @param ts of the message in its channel
 * @param value that the button had
 */
record SlackInteraction(
    String team, String user, String channel, String ts, String action, Optional<CardValue> value) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PAYLOAD = "payload=";
  private static final Pattern ID = Pattern.compile("[A-Z][A-Z0-9]{1,30}");
  private static final Pattern TS = Pattern.compile("\\d{1,12}\\.\\d{1,8}");

  /** A form with one field, {@code payload}, that holds JSON; empty where it is none. */
  static Optional<SlackInteraction> read(byte[] body) {
    String form = new String(body, StandardCharsets.UTF_8);
    if (!form.startsWith(PAYLOAD) || form.indexOf('&') >= 0) {
      return Optional.empty();
    }
    try {
      var fields =
          JSON.readTree(
              URLDecoder.decode(form.substring(PAYLOAD.length()), StandardCharsets.UTF_8));
      return fields == null ? Optional.empty() : read(fields);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<SlackInteraction> read(JsonNode fields) {
    var actions = fields.path("actions");
    if (!fields.path("type").asText().equals("block_actions") || actions.size() != 1) {
      return Optional.empty();
    }
    var click =
        new SlackInteraction(
            fields.at("/user/team_id").asText(),
            fields.at("/user/id").asText(),
            fields.at("/channel/id").asText(),
            fields.at("/message/ts").asText(),
            actions.path(0).path("action_id").asText(),
            CardValue.read(actions.path(0).path("value").asText()));
    boolean whole =
        ID.matcher(click.team).matches()
            && ID.matcher(click.user).matches()
            && ID.matcher(click.channel).matches()
            && TS.matcher(click.ts).matches();
    return whole ? Optional.of(click) : Optional.empty();
  }
}
