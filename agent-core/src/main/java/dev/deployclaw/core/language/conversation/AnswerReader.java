package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.ClarificationQuestion.Place;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.conversation.ReadText.Scene;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Conversation.Offer;
import dev.deployclaw.core.task.Conversation.Piece;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads what is said after a question. One object reads one answer.
 *
 * @param before the request so far, its times pinned
 * @param turn the number of this one
 */
record AnswerReader(Scene scene, SpokenText before, List<Offer> offers, Instant at, int turn) {
  private static final Pattern END = Pattern.compile("[\\s.;,!]+$");
  private static final Pattern LEAD =
      Pattern.compile("(?i)^\\s*(?:from|until|till|at|on|by|for|to|in)\\s+");
  private static final Set<String> NAMED_BEHIND = Set.of("for", "of", "tenant", "customer", "on");

  /** Slots that a bare number may be for: there, only #2 names a choice. */
  private static final Set<String> VALUED = Set.of("what", "time", "guard");

  private static final Set<String> NEW_DOUBTS = Set.of("word-unknown", "words-unused", "unclear");

  TurnReading read(String answer) {
    var words = new AnswerWords(answer);
    var offer = offers.getFirst();
    boolean choice = offer.choices().stream().anyMatch(answer.strip()::equalsIgnoreCase);
    if (words.is("no") && !choice) {
      return new TurnReading.Over("its requester ended it: nothing was changed");
    }
    if (words.begins("shell")) {
      return TurnReading.Unclear.of(answer, "that is a command for the shell.");
    }
    if (words.is("yes") && !choice) {
      return offer
          .suggestion()
          .<TurnReading>map(s -> new TurnReading.Whole(before.becoming(s, turn)))
          .orElseGet(() -> TurnReading.Unclear.of(answer, "there is no suggestion to accept."));
    }
    var chosen = chosen(words, offer, answer);
    if (chosen.isEmpty()) {
      return TurnReading.Unclear.of(answer, "that is none of the choices, or more than one.");
    }
    var alone = scene.read(answer, at);
    boolean accepts = offer.suggestion().isPresent() && words.begins("accepting");
    boolean whole = isNewRequest(alone, offer) && !accepts;
    var so = scene.read(before.text(), at);
    return whole ? restated(answer, alone, so) : filled(so, chosen.get(), offer, answer);
  }

  /** A whole request instead of the open one, of which it leaves out no guard and no time. */
  private TurnReading restated(String answer, ReadText alone, ReadText so) {
    var restated = new RestatedRequest(scene, so, at);
    if (restated.isUnguarded(alone)) {
      return TurnReading.Unclear.of(answer, "that leaves out a condition of the request.");
    }
    var times = restated.untold(alone);
    return times.isEmpty()
        ? new TurnReading.Whole(SpokenText.of(answer, turn))
        : TurnReading.Unclear.restated(answer, times);
  }

  /** The choice that is named by its number, else the answer itself; empty for none or several. */
  private static Optional<String> chosen(AnswerWords words, Offer offer, String answer) {
    if (offer.choices().stream().anyMatch(answer.strip()::equalsIgnoreCase)) {
      return Optional.of(answer);
    }
    if (words.has("scope") || words.is("whole-scope")) {
      return Optional.empty();
    }
    boolean digits = answer.strip().chars().allMatch(Character::isDigit);
    boolean same = offer.question().startsWith(answer.strip() + " ");
    boolean value = digits && (same || VALUED.contains(offer.slot()));
    if (value || offer.choices().isEmpty() || !words.is("choice")) {
      return Optional.of(answer);
    }
    boolean unit = offer.choices().contains("per second") && words.has("unit");
    int index = words.choice(offer.choices().size()).orElse(-1);
    return index < 0 || index >= offer.choices().size() || unit
        ? Optional.empty()
        : Optional.of(offer.choices().get(index));
  }

  /** Whether it is whole by itself, and doesn't begin with what was asked for. */
  private boolean isNewRequest(ReadText alone, Offer offer) {
    var first = alone.ordering().stream().filter(AnswerReader::leads).findFirst();
    var asked = SlotFamily.asked(offer.slot());
    boolean begins =
        first.flatMap(SlotFamily::of).filter(f -> asked.equals(Optional.of(f))).isPresent();
    boolean operation = first.filter(t -> t.is("op") || t.is("set")).isPresent();
    return alone.plans() && alone.telling().isEmpty() && (operation || !begins);
  }

  private static boolean leads(Token token) {
    return token.is("set") || token.is("polite") || SlotFamily.of(token).isPresent();
  }

  private TurnReading filled(ReadText so, String answer, Offer offer, String typed) {
    var said = scene.read(answer, at);
    var contradicted = contradicted(so, said, offer);
    if (contradicted.isPresent()) {
      return TurnReading.Unclear.of(typed, contradicted.get());
    }
    var question = so.question(offer.question());
    var splices = new Splices(so, said, question, offer.slot()).all();
    var good = new ArrayList<SpokenText>();
    var plans = new ArrayList<Planned>();
    var steps = new ArrayList<SpokenText>();
    for (var splice : splices) {
      var text = splice.in(before, turn);
      var whole = scene.read(text.text(), at);
      boolean exact =
          whole.holds(so, splice.place())
              && whole.holds(said, Optional.empty())
              && !whole.tells(splice.from(), splice.from() + splice.words().length());
      if (exact && whole.answer() instanceof Planned plan) {
        good.add(text);
        plans.add(plan);
      } else if (exact && advances(so, whole, said, offer) && !splice.isDoubted(so, whole)) {
        steps.add(text);
      }
    }
    boolean alike =
        plans.stream()
            .allMatch(p -> CheckedInterpreter.same(p.intent(), plans.getFirst().intent()));
    if (!good.isEmpty() && alike) {
      return new TurnReading.Whole(good.getFirst());
    }
    return good.isEmpty() && !steps.isEmpty()
        ? new TurnReading.Whole(steps.getFirst())
        : TurnReading.Unclear.of(typed, "I can't tell for sure what that answers.");
  }

  /** Whether the question is answered or an empty slot filled. */
  private static boolean advances(ReadText so, ReadText whole, ReadText said, Offer offer) {
    var open = whole.questions();
    boolean fills =
        Stream.of(SlotFamily.values())
            .anyMatch(f -> f.said(so.ordering()).isEmpty() && !f.said(said.ordering()).isEmpty());
    return !open.isEmpty() && (fills || !open.getFirst().text().equals(offer.question()));
  }

  /** What an answer says of a slot that is filled otherwise; and orders, which are no answers. */
  private static Optional<String> contradicted(ReadText so, ReadText said, Offer offer) {
    var asked = SlotFamily.asked(offer.slot());
    for (SlotFamily family : SlotFamily.values()) {
      var there = family.said(so.ordering());
      var now = family.said(said.ordering());
      boolean free = asked.filter(family::equals).isPresent() && !offer.slot().equals("window");
      boolean order = family == SlotFamily.OPERATION && !now.isEmpty() && !there.containsAll(now);
      boolean other =
          !there.isEmpty()
              && now.stream()
                  .filter(n -> !offer.slot().equals("window") || n.startsWith(Kind.NUMBER + " "))
                  .anyMatch(n -> !there.contains(n));
      if (order && asked.filter(family::equals).isEmpty()) {
        return Optional.of("that orders something else.");
      }
      if (!free && other) {
        return Optional.of("that differs from what was said before.");
      }
    }
    return Optional.empty();
  }

  /** Words put into a request. */
  record Splice(int from, int to, String words, Optional<Place> place) {
    SpokenText in(SpokenText text, int turn) {
      return text.replace(from, to, new Piece(words, turn));
    }

    /** Whether a question is new that its words are the matter of. */
    boolean isDoubted(ReadText so, ReadText whole) {
      int end = from + words.length();
      return whole.questions().stream()
          .filter(q -> so.question(q.text()).isEmpty() && NEW_DOUBTS.contains(q.id()))
          .anyMatch(q -> q.place().filter(p -> p.to() <= from || p.from() >= end).isEmpty());
    }
  }

  /** The ways to put an answer in that its question allows. */
  private record Splices(
      ReadText so, ReadText said, Optional<ClarificationQuestion> question, String slot) {
    List<Splice> all() {
      var place = question.flatMap(ClarificationQuestion::place);
      if (place.isPresent() && !question.get().id().equals("words-unused")) {
        return placed(place.get());
      }
      var out = new ArrayList<>(appended());
      so.questions().stream()
          .filter(q -> q.id().equals("word-unknown"))
          .forEach(q -> out.addAll(named(q)));
      return out;
    }

    private List<Splice> named(ClarificationQuestion unknown) {
      var place = unknown.place();
      return place.isPresent() && nameable(place.get(), unknown)
          ? List.of(instead(place.get(), said.text().strip()))
          : List.of();
    }

    private List<Splice> placed(Place place) {
      var out = new ArrayList<Splice>();
      String answer = said.text().strip();
      String asked = question.get().text();
      if (slot.equals("window")) {
        boolean number = said.leaves().stream().anyMatch(t -> t.is(Kind.NUMBER));
        boolean glued = so.text().substring(place.to()).matches("(?s)[\\p{L}\\p{N}].*");
        String words = answer + (glued ? " " : "");
        for (String joint : List.of(" ", " requests ", " per ", " requests per ")) {
          out.add(number ? instead(place, answer) : behind(place, joint + words));
        }
      } else if (slot.equals("time")) {
        boolean dated = said.typed().stream().anyMatch(t -> t.rule().equals("calendar"));
        boolean day = asked.contains("At what time of that day?") || asked.contains("o'clock");
        if (day && !dated) {
          out.add(behind(place, " " + answer));
          out.add(behind(place, " at " + answer));
        } else if (!day) {
          out.add(instead(place, answer));
          out.add(instead(place, LEAD.matcher(answer).replaceFirst("")));
        }
      } else {
        out.addAll(named(question.get()));
      }
      return out;
    }

    /**
     * An unknown word is a name where one must stand; elsewhere it may be a verb or a condition.
     */
    private boolean nameable(Place place, ClarificationQuestion asked) {
      if (asked.id().equals("name-ambiguous")) {
        return true;
      }
      var words = so.text().substring(0, place.from()).strip().toLowerCase(Locale.ROOT);
      boolean behind = NAMED_BEHIND.contains(words.substring(words.lastIndexOf(' ') + 1));
      boolean owner = so.text().startsWith("'s", place.to());
      boolean names =
          said.leaves().stream()
              .allMatch(t -> t.is(Kind.TENANT) || t.is(Kind.SERVICE) || t.is(Kind.LABEL));
      return asked.id().equals("word-unknown") && names && (behind || owner);
    }

    private static Splice instead(Place place, String words) {
      return new Splice(place.from(), place.to(), words, Optional.of(place));
    }

    private static Splice behind(Place place, String words) {
      return new Splice(place.to(), place.to(), words, Optional.empty());
    }

    private List<Splice> appended() {
      var end = END.matcher(so.text());
      int at = end.find() ? end.start() : so.text().length();
      var joints =
          switch (slot) {
            case "who" -> List.of(", ", " for ");
            case "where" -> List.of(", ", " on ");
            case "time" -> List.of(", ", " for ");
            case "target" -> List.of(" ", ", ");
            case "what" -> List.of(" ", " to ", ", ");
            default -> List.of(", ", " on ", " for ");
          };
      return joints.stream()
          .map(j -> new Splice(at, so.text().length(), j + said.text().strip(), Optional.empty()))
          .toList();
    }
  }
}
