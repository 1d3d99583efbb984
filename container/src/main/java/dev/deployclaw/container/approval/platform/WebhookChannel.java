package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.CardDelivery;
import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.ChannelCondition;
import dev.deployclaw.container.approval.HoldCard;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.notification.BodySignature;
import dev.deployclaw.container.notification.NotificationHttpClient;
import dev.deployclaw.container.notification.NotificationHttpClient.Exchange;
import dev.deployclaw.policy.json.CanonicalJson;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A receiver that gets each card as signed JSON: {@code held}, again where the card changes, and
 * {@code ended}. {@code DC-Delivery} is the same for the same content.
 */
record WebhookChannel(
    ApprovalChannelConfig config,
    Platform.SignedWebhook webhook,
    NotificationHttpClient http,
    InstantSource time)
    implements PlatformChannel {
  private static final int GONE = 410;

  @Override
  public CardDelivery post(HoldCard card) throws InterruptedException {
    return send(card.execution(), body(card, Optional.empty()));
  }

  @Override
  public CardDelivery rewrite(String reference, HoldCard card, Optional<CardEnding> ending)
      throws InterruptedException {
    return send(reference, body(card, ending));
  }

  @Override
  public ChannelCondition check() throws InterruptedException {
    return switch (http.exchange(request(CanonicalJson.bytes(Map.of("event", "ping"))))) {
      case Exchange.Answered answer when answer.isTaken() ->
          new ChannelCondition.Well(
              "the receiver answers " + answer.status() + " to an event ping");
      case Exchange.Answered(int status, var _, var _) ->
          new ChannelCondition.Faulty(
              "the receiver answers " + status + " to an event ping",
              "let it answer 200, and check its secret");
      case Exchange.Unanswered(String why) -> new ChannelCondition.Silent(why);
    };
  }

  private CardDelivery send(String reference, byte[] body) throws InterruptedException {
    return switch (http.exchange(request(body))) {
      case Exchange.Answered answer when answer.isTaken() -> new CardDelivery.Shown(reference);
      case Exchange.Answered answer when answer.status() == GONE ->
          new CardDelivery.Gone("answered 410");
      case Exchange.Answered answer when answer.isNeverTaken() ->
          new CardDelivery.Refused("answered " + answer.status());
      case Exchange.Answered(int status, var _, var after) ->
          new CardDelivery.Later("answered " + status, after);
      case Exchange.Unanswered(String why) -> new CardDelivery.Unknown(why);
    };
  }

  private HttpRequest request(byte[] body) {
    long seconds = time.instant().getEpochSecond();
    return NotificationHttpClient.post(webhook.url(), body)
        .header("DC-Delivery", CanonicalJson.sha256(body))
        .header(BodySignature.HEADER, BodySignature.header(webhook.secret(), seconds, body))
        .build();
  }

  private byte[] body(HoldCard card, Optional<CardEnding> ending) {
    var out = new TreeMap<String, Object>();
    out.put("event", ending.isPresent() ? "ended" : "held");
    out.put("execution_id", card.execution());
    out.put("requester", card.requester());
    out.put("request", card.request());
    out.put("why", card.why());
    out.put("changes", card.changes());
    out.put("more", card.more());
    out.put("plan", card.plan());
    out.put("shown", card.shown());
    out.put("current", card.current());
    if (card.untilMillis() != 0) {
      out.put("expires_at", Instant.ofEpochMilli(card.untilMillis()).toString());
    }
    config.console().ifPresent(url -> out.put("link", CardText.link(url, card.execution())));
    ending.ifPresent(e -> out.put("result", e.result().word()));
    ending.ifPresent(e -> out.put("sentence", e.sentence()));
    return CanonicalJson.bytes(out);
  }
}
