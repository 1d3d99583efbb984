package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.CardDelivery;
import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.ChannelCondition;
import dev.deployclaw.container.approval.HoldCard;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.notification.DeliverySettings;
import java.util.Optional;

/**
 * Mails. What was sent stays as it is: another card, and the end, are further mails of the same
 * thread. A message's reference is the first mail's id.
 */
record EmailChannel(ApprovalChannelConfig config, Platform.Email email, DeliverySettings delivery)
    implements PlatformChannel {
  @Override
  public CardDelivery post(HoldCard card) throws InterruptedException {
    return send(new EmailMessage.Content(card, Optional.empty(), Optional.empty()));
  }

  @Override
  public CardDelivery rewrite(String reference, HoldCard card, Optional<CardEnding> ending)
      throws InterruptedException {
    return send(new EmailMessage.Content(card, Optional.of(reference), ending));
  }

  @Override
  public ChannelCondition check() throws InterruptedException {
    return new SmtpClient(email, delivery.patience().answer()).check();
  }

  private CardDelivery send(EmailMessage.Content content) throws InterruptedException {
    return new SmtpClient(email, delivery.patience().answer())
        .send(EmailMessage.of(config, email, content, delivery.time().instant()));
  }
}
