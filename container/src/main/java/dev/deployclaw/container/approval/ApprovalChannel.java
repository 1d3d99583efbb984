package dev.deployclaw.container.approval;

import java.util.Optional;

/**
 * A place where people see cards. Calls block, each for a bounded time. Any thread.
 *
 * <p>A call that isn't answered may have arrived: what is posted twice is harmless, since each
 * decision is compared with what is held.
 */
public interface ApprovalChannel {
  String name();

  /** Shows a new card. */
  CardDelivery post(HoldCard card) throws InterruptedException;

  /**
   * Shows another card, or the end, in place of what is there.
   *
   * @param reference of the message
   * @param ending takes the buttons away; empty while the plan is held
   */
  CardDelivery rewrite(String reference, HoldCard card, Optional<CardEnding> ending)
      throws InterruptedException;

  /** Whether it works; posts no message. */
  ChannelCondition check() throws InterruptedException;
}
