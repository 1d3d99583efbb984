package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.Interpretation.Refused;
import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.language.conversation.ReadText.Scene;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.refusal.RequestRefusals;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.Conversation.Offer;
import dev.deployclaw.core.task.Conversation.Turn;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Grounding;
import dev.deployclaw.core.task.TaskRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A request in its conversation, understood.
 *
 * @param request the whole; as typed where nothing was said before it
 * @param understanding of the whole
 * @param next the conversation with this turn, for the next one
 */
public record ConversationReading(
    TaskRequest request, InterpretedRequest understanding, Conversation next) {
  /** The most turns of one conversation. */
  public static final int MOST_TURNS = 8;

  /** Reads a request. Without turns before it, that is the interpreter's reading. */
  public static ConversationReading of(
      TaskRequest asked, NameInventory inventory, RequestInterpreter interpreter) {
    var before = asked.conversation();
    var scene = new Scene(inventory, interpreter.zone());
    if (!before.begun()) {
      return alone(asked, interpreter.interpret(asked, inventory));
    }
    if (before.turns().size() >= MOST_TURNS) {
      return answered(asked, new Refused("a conversation has at most " + MOST_TURNS + " turns"));
    }
    if (before.offers().isEmpty()) {
      var words = new AnswerWords(asked.text());
      boolean whole = scene.read(asked.text(), asked.received()).plans() && !words.begins("it");
      if (whole || words.varied().isEmpty()) {
        return alone(asked, interpreter.interpret(asked, inventory));
      }
    }
    return switch (heard(asked, scene)) {
      case TurnReading.Over(String reason) -> answered(asked, new Refused(reason));
      case TurnReading.Unclear(ClarificationQuestion question) -> again(asked, question, scene);
      case TurnReading.Whole(SpokenText text) -> whole(asked, text, interpreter, inventory);
    };
  }

  /** Whether a text varies a request before it, and means nothing without that. */
  public static boolean varies(String text) {
    return new AnswerWords(text).varied().isPresent();
  }

  private static TurnReading heard(TaskRequest asked, Scene scene) {
    var before = asked.conversation();
    var words = RequestLexer.words(asked.text(), new EstateNames(scene.inventory()));
    var refused = RequestRefusals.unread(asked.text()).or(() -> RequestRefusals.attempt(words));
    if (refused.isPresent()) {
      return new TurnReading.Over(refused.get());
    }
    int turn = before.turns().size() + 1;
    var soFar = pinned(before, scene);
    if (before.offers().isEmpty()) {
      return new AnswerWords(asked.text())
          .varied()
          .map(changed ->
              new VariationReader(scene, soFar, asked.received(), turn).read(changed, asked.text()))
          .orElseGet(
              () -> TurnReading.Unclear.of(asked.text(), "I can't tell what that is about."));
    }
    var offers = pinned(before.offers(), before, scene);
    var read = new AnswerReader(scene, soFar, offers, asked.received(), turn).read(asked.text());
    if (!(read instanceof TurnReading.Unclear)) {
      return read;
    }
    var open = scene.read(soFar.text(), asked.received());
    return new RestatedRequest(scene, open, asked.received())
        .in(asked.text(), offers.getFirst().slot())
        .orElse(read);
  }

  private static SpokenText pinned(Conversation before, Scene scene) {
    return pinned(new SpokenText(before.pieces()), before.turns().getLast(), scene);
  }

  private static SpokenText pinned(SpokenText text, Turn turn, Scene scene) {
    return text.pinned(scene.read(text.text(), turn.at()).typed());
  }

  private static List<Offer> pinned(List<Offer> offers, Conversation before, Scene scene) {
    return offers.stream().map(o -> pinned(o, before.turns().getLast(), scene)).toList();
  }

  private static Offer pinned(Offer offer, Turn turn, Scene scene) {
    return new Offer(
        offer.id(),
        offer.question(),
        offer.slot(),
        offer.choices(),
        offer.suggestion().map(s -> pinned(SpokenText.of(s, 1), turn, scene).text()));
  }

  private static ConversationReading alone(TaskRequest asked, InterpretedRequest understood) {
    var turns = List.of(new Turn(asked.text(), asked.received().toEpochMilli()));
    return new ConversationReading(
        asked, understood, next(understood, SpokenText.of(asked.text(), 1), turns));
  }

  /** An end: no question is open. */
  private static ConversationReading answered(TaskRequest asked, Interpretation answer) {
    return new ConversationReading(asked, InterpretedRequest.plain(answer), Conversation.NONE);
  }

  /**
   * What was open stays open where the answer names no value. Where it does, only a whole request
   * goes on: no value that was said is passed over.
   */
  private static ConversationReading again(
      TaskRequest asked, ClarificationQuestion question, Scene scene) {
    var before = asked.conversation();
    var said = scene.read(asked.text(), asked.received()).ordering();
    boolean valued =
        question.suggestion().isPresent()
            || (said.stream().anyMatch(t -> SlotFamily.of(t).isPresent())
                && !new AnswerWords(asked.text()).begins("shell"));
    var turns = turns(asked);
    var open = valued ? List.<Offer>of() : before.offers();
    var put = question.choosing(open.isEmpty() ? List.of() : open.getFirst().choices());
    var next =
        before.offers().isEmpty() && put.suggestion().isEmpty()
            ? Conversation.NONE
            : new Conversation(
                "",
                turns,
                valued ? List.of() : pinned(before, scene).pieces(),
                valued ? List.of(offer(put)) : pinned(before.offers(), before, scene));
    var unclear = new NeedsClarification(List.of(put));
    return new ConversationReading(asked, InterpretedRequest.plain(unclear), next);
  }

  private static ConversationReading whole(
      TaskRequest asked, SpokenText text, RequestInterpreter interpreter, NameInventory inventory) {
    var request = asked.saying(text.text());
    var understood = fresh(interpreter.interpret(request, inventory), asked.conversation());
    return new ConversationReading(
        request, told(understood, text), next(understood, text, turns(asked)));
  }

  /** What was asked already isn't asked beside something else. */
  private static InterpretedRequest fresh(InterpretedRequest understood, Conversation before) {
    var asked = before.offers().stream().limit(1).map(Offer::question).toList();
    if (!(understood.interpretation() instanceof NeedsClarification unclear)) {
      return understood;
    }
    var first = unclear.questions().getFirst();
    var left =
        unclear.questions().stream()
            .filter(q -> q.equals(first) || !asked.contains(q.text()))
            .toList();
    return left.equals(unclear.questions())
        ? understood
        : understood.answering(new NeedsClarification(left));
  }

  private static Conversation next(
      InterpretedRequest understood, SpokenText text, List<Turn> turns) {
    var answer = understood.interpretation();
    var offers =
        answer instanceof NeedsClarification unclear
            ? unclear.questions().stream().map(ConversationReading::offer).toList()
            : List.<Offer>of();
    return offers.isEmpty() && !(answer instanceof Planned)
        ? Conversation.NONE
        : new Conversation("", turns, text.pieces(), offers);
  }

  private static List<Turn> turns(TaskRequest asked) {
    var turns = new ArrayList<>(asked.conversation().turns());
    turns.add(new Turn(asked.text(), asked.received().toEpochMilli()));
    return turns;
  }

  /** What a question offers as an answer. */
  public static Offer offer(ClarificationQuestion q) {
    return new Offer(q.id(), q.text(), q.slot(), q.choices(), q.suggestion());
  }

  /** Each value of a plan says from which turn it comes. */
  private static InterpretedRequest told(InterpretedRequest understood, SpokenText text) {
    if (!(understood.interpretation() instanceof Planned(Intent intent))) {
      return understood;
    }
    var grounding = intent.grounding().stream().map(g -> told(g, text)).toList();
    return understood.answering(new Planned(intent.grounded(grounding)));
  }

  private static Grounding told(Grounding g, SpokenText text) {
    String turns =
        text.turns(g.from(), g.to()).stream()
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    return new Grounding(g.value(), g.from(), g.to(), g.rule() + ", turn " + turns);
  }
}
