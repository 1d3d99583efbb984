package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.CardDelivery;
import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.ChannelCondition;
import dev.deployclaw.container.approval.HoldCard;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import java.util.Optional;

/** A conversation of Microsoft Teams. A message's reference is its activity's id. */
record TeamsChannel(ApprovalChannelConfig config, TeamsClient client, BotTokenVerifier tokens)
    implements PlatformChannel {
  @Override
  public CardDelivery post(HoldCard card) throws InterruptedException {
    return client.post(TeamsCard.message(card, config.console(), Optional.empty()));
  }

  @Override
  public CardDelivery rewrite(String reference, HoldCard card, Optional<CardEnding> ending)
      throws InterruptedException {
    return client.replace(reference, TeamsCard.message(card, config.console(), ending));
  }

  /** Whether the app is let in, and clicks can be checked; the conversation isn't asked. */
  @Override
  public ChannelCondition check() throws InterruptedException {
    return switch (client.login()) {
      case TeamsClient.Login.Refused(int status) ->
          new ChannelCondition.Faulty(
              "the login answers %d to the app's secret".formatted(status),
              "check app and tenant, and give a valid secretFile");
      case TeamsClient.Login.Away(CardDelivery.Later later) ->
          new ChannelCondition.Silent(later.why());
      case TeamsClient.Login.Given _ ->
          tokens
              .trouble()
              .<ChannelCondition>map(ChannelCondition.Silent::new)
              .orElseGet(() ->
                  new ChannelCondition.Well("the app is let in, and the keys of calls are read"));
    };
  }
}
