package dev.deployclaw.container.approval.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the Bot Framework sends: a click, or something that isn't looked at.
 *
 * @param serviceUrl from where it comes, as it says
 * @param click empty for other activities: the bot was added, somebody wrote to it
 */
record TeamsActivity(String serviceUrl, Optional<Click> click) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

  /**
   * A click on a button.
   *
   * @param tenant of the conversation; empty where it names several
   * @param user in the directory (Entra ID); empty where it is no id
   * @param verb of the button
   */
  record Click(
      String tenant, String user, String conversation, String verb, Optional<CardValue> value) {}

  /** Empty where it is none. */
  static Optional<TeamsActivity> read(byte[] body) {
    try {
      var fields = JSON.readTree(body);
      boolean whole =
          fields != null
              && fields.path("type").isTextual()
              && fields.path("channelId").asText().equals(BotTokenVerifier.TEAMS);
      return whole
          ? Optional.of(new TeamsActivity(fields.path("serviceUrl").asText(), click(fields)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Click> click(JsonNode fields) {
    if (!fields.path("type").asText().equals("invoke")
        || !fields.path("name").asText().equals("adaptiveCard/action")) {
      return Optional.empty();
    }
    var action = fields.at("/value/action");
    return Optional.of(
        new Click(
            tenant(fields),
            user(fields.at("/from/aadObjectId").asText().toLowerCase(Locale.ROOT)),
            fields.at("/conversation/id").asText().replaceFirst(";.*", ""),
            action.path("verb").asText(),
            CardValue.read(action.at("/data/value").asText())));
  }

  private static String user(String id) {
    return ID.matcher(id).matches() ? id : "";
  }

  /** It is told in up to three places, which agree. */
  private static String tenant(JsonNode fields) {
    var told =
        Stream.of("/conversation/tenantId", "/channelData/tenant/id", "/from/tenantId")
            .map(place -> fields.at(place).asText().toLowerCase(Locale.ROOT))
            .filter(tenant -> !tenant.isEmpty())
            .distinct()
            .toList();
    return told.size() == 1 ? told.getFirst() : "";
  }
}
