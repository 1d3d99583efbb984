package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.CardDelivery;
import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.ChannelCondition;
import dev.deployclaw.container.approval.HoldCard;
import dev.deployclaw.container.approval.platform.SlackClient.Reply;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A channel of Slack. A message's reference is {@code CHANNEL/TS}. */
record SlackChannel(ApprovalChannelConfig config, Platform.Slack slack, SlackClient client)
    implements PlatformChannel {
  @Override
  public CardDelivery post(HoldCard card) throws InterruptedException {
    var message = message(card, Optional.empty());
    message.put("unfurl_links", false);
    message.put("unfurl_media", false);
    message.put("mrkdwn", false);
    return client.call("chat.postMessage", message).delivery();
  }

  @Override
  public CardDelivery rewrite(String reference, HoldCard card, Optional<CardEnding> ending)
      throws InterruptedException {
    var message = message(card, ending);
    message.put("ts", reference.substring(reference.indexOf('/') + 1));
    return client.call("chat.update", message).delivery();
  }

  /** Takes a card's buttons away of which only the message is known. */
  void retire(String ts, String text) throws InterruptedException {
    var message = new TreeMap<String, Object>();
    message.put("channel", slack.channel());
    message.put("ts", ts);
    message.put("text", CardText.escaped(text));
    message.put("parse", "none");
    message.put("blocks", List.of(SlackBlocks.section(text)));
    var _ = client.call("chat.update", message);
  }

  /** Says something that one person sees. */
  void whisper(String user, String text) throws InterruptedException {
    var message = new TreeMap<String, Object>();
    message.put("channel", slack.channel());
    message.put("user", user);
    message.put("text", CardText.escaped(text));
    message.put("parse", "none");
    var _ = client.call("chat.postEphemeral", message);
  }

  @Override
  public ChannelCondition check() throws InterruptedException {
    return switch (client.call("auth.test", Map.of())) {
      case Reply.Fine(var fields) when fields.path("team_id").asText().equals(slack.team()) ->
          new ChannelCondition.Well("the bot's token is valid for workspace " + slack.team());
      case Reply.Fine _ ->
          new ChannelCondition.Faulty(
              "the bot's token is for another workspace than " + slack.team(),
              "correct team, or give that workspace's tokenFile");
      case Reply.Faulty(String error) ->
          new ChannelCondition.Faulty("Slack says " + error, "give a valid bot token: tokenFile");
      case Reply.Unclear(CardDelivery.Later later) -> new ChannelCondition.Silent(later.why());
      case Reply.Silent(String why) -> new ChannelCondition.Silent(why);
    };
  }

  private Map<String, Object> message(HoldCard card, Optional<CardEnding> ending) {
    var out = new TreeMap<String, Object>();
    out.put("channel", slack.channel());
    out.put("text", CardText.title(card, ending));
    out.put("parse", "none");
    out.put("blocks", SlackBlocks.of(card, config.console(), ending));
    return out;
  }
}
