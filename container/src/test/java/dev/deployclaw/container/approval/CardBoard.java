package dev.deployclaw.container.approval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A channel that works unless it is told otherwise. */
final class CardBoard implements ApprovalChannel {
  /** What happens elsewhere meanwhile. */
  interface Meanwhile {
    void happen() throws InterruptedException;
  }

  private final String name;
  final List<HoldCard> cards = new ArrayList<>();
  final List<CardEnding> endings = new ArrayList<>();
  int posted;
  boolean buttons;

  /** Before the next rewrite arrives. */
  Meanwhile before = () -> {};

  /** The next rewrite isn't answered. */
  boolean silent;

  CardBoard(String name) {
    this.name = name;
  }

  String sentence() {
    return endings.getLast().sentence();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CardDelivery post(HoldCard card) {
    cards.add(card);
    posted++;
    buttons = true;
    return new CardDelivery.Shown(card.execution());
  }

  @Override
  public CardDelivery rewrite(String reference, HoldCard card, Optional<CardEnding> ending)
      throws InterruptedException {
    var first = before;
    before = () -> {};
    first.happen();
    cards.add(card);
    ending.ifPresent(endings::add);
    buttons = ending.isEmpty();
    boolean answers = !silent;
    silent = false;
    return answers ? new CardDelivery.Shown(reference) : new CardDelivery.Unknown("no answer");
  }

  @Override
  public ChannelCondition check() {
    return new ChannelCondition.Well("a list");
  }
}
