package dev.deployclaw.core.language.interpreter;

import dev.deployclaw.core.language.IntentJsonReader;
import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.ProposalRequest;
import dev.deployclaw.core.language.coverage.ReadingJudge;
import dev.deployclaw.core.language.coverage.ReadingJudge.Judgement;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.grammar.UnquotedPieces.Claims;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Schedule;
import dev.deployclaw.core.task.TaskOperation;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model's reading, checked against the request: what it quotes is there, its values are in what
 * it quotes, its times are those that our own reader finds in the quote, and it says all that the
 * request says and nothing else. One object, one answer.
 */
final class QuotedReading {
  private static final List<String> TIMES = List.of("startAt", "revertAt");
  private static final int MOST_YEARS = 2;
  private static final Pattern ENDING = Pattern.compile("(?i)^(?:until|till?|to|by)\\b");
  private static final Pattern BEGINNING =
      Pattern.compile("(?i)^(?:from|since|start\\w*|as|after|beginning)\\b");

  /** A start that is none: a change begins when it is approved. */
  private static final Pattern NOW =
      Pattern.compile(
          "(?i)(?:(?:starting|start|effective|from|as of) )?(?:right |straight )?(?:now|away|immediately)");

  /** What may stand around a time that we read as a whole. */
  private static final Pattern BOUND =
      Pattern.compile(
          "(?i)[ ,.]*(?:(?:from|until|till?|on|at|to|by|as|of|starting|through)[ ,.]*)*");

  /** A quote is whole words: "2" isn't one of "20". */
  private static final String BEFORE = "(?<![\\p{L}\\p{N}](?=[\\p{L}\\p{N}]))";

  private static final String AFTER = "(?!(?<=[\\p{L}\\p{N}])[\\p{L}\\p{N}])";

  /** Operations whose values say what is done. */
  private static final Set<TaskOperation> VALUED =
      Set.of(TaskOperation.SET_LIMIT, TaskOperation.SCALE_LIMIT, TaskOperation.SET_MODE);

  private final ProposalRequest asked;
  private final String text;
  private final List<Place> cited;
  private final List<Place> used;
  private final RequestGrammar grammar;
  private final Answer.Intended said;
  private final List<String> problems = new ArrayList<>();
  private final Map<String, UnreadTime> unread = new LinkedHashMap<>();

  private QuotedReading(ProposalRequest asked, Answer.Intended said) {
    this.asked = asked;
    this.text = asked.request().text();
    this.said = said;
    this.cited = said.quotes().stream().flatMap(q -> places(q).stream()).toList();
    this.used = sources();
    this.grammar = RequestGrammar.quoting(asked.request(), asked.names(), asked.zone(), claims());
    var _ = grammar.read();
  }

  /** The verdict on an answer. */
  sealed interface Verdict {
    /** It has no form that an intent has. */
    record Malformed(String why) implements Verdict {}

    /**
     * Read and judged; {@code invented} holds what its quotes don't bear out, too.
     *
     * @param guess where only words for times can't be read: with the times that it claims
     */
    record Judged(Judgement judgement, Optional<Guess> guess) implements Verdict {}

    /** What is wrong with it, in words that a model can act on. */
    default Optional<String> fault() {
      return switch (this) {
        case Malformed(String why) -> Optional.of(why);
        case Judged(Judgement judged, _) ->
            Optional.of(String.join("; ", judged.problems())).filter(_ -> !judged.passes());
      };
    }
  }

  /** A time in words that our reader can't read. */
  private record UnreadTime(String quote, String claimed) {
    String asked() {
      return "Is \"%s\" %s?".formatted(quote, claimed);
    }
  }

  /**
   * A reading with times that only the model read.
   *
   * @param judged without these times and their words
   * @param times what to ask of each
   */
  record Guess(Intent intent, Judgement judged, List<String> times) {}

  static Verdict of(ProposalRequest asked, Answer.Intended said) {
    return new QuotedReading(asked, said).verdict();
  }

  private Verdict verdict() {
    Intent intent;
    try {
      intent = IntentJsonReader.read(timed());
    } catch (IllegalArgumentException | ArithmeticException e) {
      return new Verdict.Malformed("the intent can't be read: " + e.getMessage());
    }
    var judged = ReadingJudge.judge(grammar, intent);
    var unnamed = judged.unnamed();
    Stream.concat(said.quotes().stream(), said.unused().stream())
        .filter(q -> places(q).isEmpty())
        .forEach(q -> problems.add("\"" + q + "\" is no quote: it isn't in the request"));
    problems.addAll(judged.invented());
    if (problems.isEmpty()) {
      ReadingJudge.uncited(grammar, intent, word -> overlaps(cited, word)).stream()
          .filter(p -> unnamed.stream().map(ReadingJudge::missing).noneMatch(p::equals))
          .forEach(p -> problems.add(p.replace("in the request", "in what you quote")));
    }
    if (problems.isEmpty() && !judged.leftOut().isEmpty()) {
      judged = narrowed(judged);
    }
    return new Verdict.Judged(judged.inventing(problems), guess(intent));
  }

  /** Empty where anything but the words for times speaks against it. */
  private Optional<Guess> guess(Intent intent) {
    var now = asked.request().received().atOffset(ZoneOffset.UTC);
    boolean near =
        unread.values().stream()
            .map(t -> OffsetDateTime.parse(t.claimed()))
            .allMatch(t -> t.isAfter(now) && t.isBefore(now.plusYears(MOST_YEARS)));
    boolean timed =
        unread.entrySet().stream().allMatch(t -> isTime(t.getKey(), t.getValue().quote()));
    if (unread.isEmpty() || !near || !timed || problems.size() != unread.size()) {
      return Optional.empty();
    }
    var rest = new StringBuilder(text);
    unread.values().stream()
        .flatMap(t -> places(t.quote()).stream())
        .forEach(p -> rest.replace(p.from(), p.to(), " ".repeat(p.to() - p.from())));
    var request = GrammarInterpreter.saying(rest.toString(), asked.request());
    var without = RequestGrammar.quoting(request, asked.names(), asked.zone(), claims());
    var _ = without.read();
    var judged = ReadingJudge.judge(without, intent);
    boolean borne =
        ReadingJudge.uncited(without, intent, word -> overlaps(cited, word)).stream()
            .allMatch(
                p -> judged.unnamed().stream().map(ReadingJudge::missing).anyMatch(p::equals));
    return judged.invented().isEmpty() && borne
        ? Optional.of(
            new Guess(
                claiming(intent), judged, unread.values().stream().map(UnreadTime::asked).toList()))
        : Optional.empty();
  }

  /** Whether a quote is words for such a time alone, at one place. */
  private boolean isTime(String key, String quote) {
    var places = places(quote);
    var other = key.equals(TIMES.getFirst()) ? ENDING : BEGINNING;
    return places.size() == 1
        && !other.matcher(quote).find()
        && grammar.pieces().isTime(t -> overlaps(places, t));
  }

  private Intent claiming(Intent intent) {
    var said = intent.schedule();
    return intent.at(
        new Schedule(
            claimed(TIMES.getFirst()).or(said::startAt),
            said.revertAfterSeconds(),
            claimed(TIMES.getLast()).or(said::revertAt)));
  }

  private Optional<String> claimed(String key) {
    return Optional.ofNullable(unread.get(key)).map(UnreadTime::claimed);
  }

  /**
   * How much a reader quotes decides nothing: what passes by the sources of its values alone
   * passes.
   */
  private Judgement narrowed(Judgement wide) {
    if (!VALUED.containsAll(wide.intent().operations())) {
      return wide;
    }
    var sources = wide.intent().grounding().stream().map(g -> new Place(g.from(), g.to())).toList();
    var claims = new Claims(w -> overlaps(sources, w), w -> !overlaps(sources, w));
    var narrow = RequestGrammar.quoting(asked.request(), asked.names(), asked.zone(), claims);
    var _ = narrow.read();
    var judged = ReadingJudge.judge(narrow, wide.intent());
    return judged.passes() ? judged : wide;
  }

  /**
   * Where quotes stand: outside of the words without a use; of several places the one near others.
   */
  private List<Place> sources() {
    var unused = said.unused().stream().flatMap(q -> places(q).stream()).toList();
    var all = said.quotes().stream().map(q -> sources(q, unused)).toList();
    var sure = all.stream().filter(p -> p.size() == 1).flatMap(List::stream).toList();
    return all.stream()
        .flatMap(places ->
            places.stream()
                .min(
                    Comparator.comparingInt((Place p) -> p.distance(sure))
                        .thenComparingInt(p -> -p.from()))
                .stream())
        .toList();
  }

  /** Words without a use are no part of a longer piece with one. */
  private Claims claims() {
    var unused =
        said.unused().stream()
            .flatMap(q -> places(q).stream())
            .filter(u -> used.stream().noneMatch(u::overlaps))
            .toList();
    return new Claims(word -> overlaps(used, word), word -> overlaps(unused, word));
  }

  private List<Place> sources(String quote, List<Place> unused) {
    var all = places(quote);
    var outside = all.stream().filter(p -> unused.stream().noneMatch(u -> u.holds(p))).toList();
    return outside.isEmpty() && !all.isEmpty() ? List.of(all.getLast()) : outside;
  }

  private static boolean overlaps(List<Place> places, Token token) {
    return places.stream().anyMatch(p -> p.overlaps(token));
  }

  /** The intent with our reading of each time in place of the model's. */
  private Map<String, Object> timed() {
    var out = new LinkedHashMap<>(said.intent());
    if (out.get("schedule") instanceof Map<?, ?> read) {
      var schedule = new LinkedHashMap<String, Object>();
      read.forEach((key, value) -> schedule.put(String.valueOf(key), value));
      for (String time : TIMES) {
        var value = Optional.ofNullable(schedule.remove(time));
        value.flatMap(v -> instant(time, v)).ifPresent(at -> schedule.put(time, at));
      }
      out.put("schedule", schedule);
    }
    return out;
  }

  private Optional<String> instant(String key, Object value) {
    if (!(value instanceof Map<?, ?> time && time.get("quote") instanceof String quote)) {
      throw new IllegalArgumentException(key + " has no quote");
    }
    var places = places(quote);
    var found =
        grammar.tokens().stream()
            .flatMap(t -> t.each(Kind.INSTANT))
            .filter(t -> overlaps(places, t))
            .map(Token::text)
            .distinct()
            .toList();
    if (found.isEmpty() && key.equals(TIMES.getFirst()) && NOW.matcher(quote).matches()) {
      return Optional.empty();
    }
    if (found.isEmpty()) {
      problems.add("\"" + quote + "\" is no time that can be read for sure: ask for it");
      if (time.get("instant") instanceof String claimed) {
        instant(claimed).ifPresent(_ -> unread.put(key, new UnreadTime(quote, claimed)));
      }
      return Optional.empty();
    }
    String read = key.equals(TIMES.getFirst()) ? found.getFirst() : found.getLast();
    boolean whole =
        grammar.tokens().stream()
            .flatMap(t -> t.each(Kind.INSTANT))
            .filter(t -> overlaps(places, t))
            .anyMatch(
                t -> BOUND.matcher(quote.replace(text.substring(t.from(), t.to()), "")).matches());
    if (!whole && time.get("instant") instanceof String claimed && !agrees(claimed, read)) {
      problems.add(
          "\"%s\" reads as %s here, not as %s: ask for it".formatted(quote, read, claimed));
    }
    return Optional.of(read);
  }

  /** Whether the reader's own instant is ours; one that can't be read says nothing. */
  private static boolean agrees(String claimed, String read) {
    var ours = OffsetDateTime.parse(read).toInstant();
    return instant(claimed).map(OffsetDateTime::toInstant).filter(at -> !at.equals(ours)).isEmpty();
  }

  private static Optional<OffsetDateTime> instant(String claimed) {
    try {
      return Optional.of(OffsetDateTime.parse(claimed));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private List<Place> places(String quote) {
    if (quote.isBlank()) {
      return List.of();
    }
    String words =
        Stream.of(quote.strip().split("\\s+", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("\\s+", BEFORE, AFTER));
    var flags = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
    return Pattern.compile(words, flags)
        .matcher(text)
        .results()
        .map(m -> new Place(m.start(), m.end()))
        .toList();
  }

  /** From a first character to one past the last. */
  private record Place(int from, int to) {
    boolean holds(Place other) {
      return from <= other.from && other.to <= to;
    }

    /** Characters to the nearest of others; 0 without any. */
    int distance(List<Place> others) {
      return others.stream()
          .mapToInt(o -> Math.max(0, Math.max(o.from - to, from - o.to)))
          .min()
          .orElse(0);
    }

    boolean overlaps(Place other) {
      return from < other.to && other.from < to;
    }

    boolean overlaps(Token token) {
      return from < token.to() && token.from() < to;
    }
  }
}
