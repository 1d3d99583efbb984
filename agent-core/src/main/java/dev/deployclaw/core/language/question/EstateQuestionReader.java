package dev.deployclaw.core.language.question;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.EstateQuestion.Call;
import dev.deployclaw.core.language.EstateQuestion.Scope;
import dev.deployclaw.core.language.EstateQuestion.Topic;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.time.PastPeriodReader;
import dev.deployclaw.core.task.TaskRequest;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Recognises questions about the estate by the words of a sentence that asks, where no sentence
 * orders. Reading is free, so a question that is taken for another one shows the wrong table and
 * changes nothing.
 */
public final class EstateQuestionReader {
  private static final PatternTable TOPICS =
      PatternTable.read(EstateQuestionReader.class, "questions.txt");

  /**
   * Longer texts are no questions; the time of the patterns grows with the square of a sentence.
   */
  private static final int MOST_SENTENCES = 40;

  private static final int MOST_WORDS = 80;
  private static final Set<Kind> VALUES =
      Set.of(Kind.RATE, Kind.COUNT, Kind.PARALLEL, Kind.BURST, Kind.WINDOW);
  private static final String ASKS =
      "are|can|compare|could|describe|did|do|does|explain|give|has|have|how|hows|is|list"
          + "|may|show|suppose|supposing|tell|was|were|what\\w*|which|who\\w*|why|will|would"
          + "|when\\W+(?:did|do|does|is|was|were|will|has|have|can)";
  private static final Pattern BEGINS =
      Pattern.compile(
          "(?is)\\W*(?:(?:and|so|hi|hey|hello|ok|please|team|all|morning|good|thanks)\\W+)*(?:"
              + ASKS
              + ")\\b(?<!what(?=\\W+(?:i|we|they)\\W+(?:need|want)s?\\W+is\\b)).*");

  /** "On all services", behind whose limits a heading names. */
  private static final String WHERE =
      "(?:\\s+(?:on|for)\\s+(?:(?:all|the|both|every|each|three)\\s+){0,2}[^\\s\\d,.!;%]+)?(?:\\s+please)?";

  /** A request of a few words that is a heading: "latest changes of acme". */
  private static final Pattern NAMES =
      Pattern.compile(
          "(?is)\\W*(?:(?:any|current|history|latest|recent|status|the|top|usage)\\b"
              + "(?:\\s+[^\\s,.!;]+){0,6}|limits\\s+(?:of|for)\\s+\\S+(?:\\s+and\\s+\\S+){0,4}"
              + WHERE
              + "|[^.!;\\d%]{1,60},\\s*(?:the\\s+|all\\s+)?current\\s+limits"
              + WHERE
              + "|\\S+\\s+(?:limits|quotas?|usage))[.!]?\\s*");

  /** "Could you" asks for a deed, unless that is to tell something. */
  private static final Pattern POLITE =
      Pattern.compile(
          "(?is)(?:.*\\W)?(?<!\\bhow (?:many|much)\\b.{0,60})(?:can|could|would|will)\\W+(?:you|u|someone|somebody|we|i)\\b(?!.*\\b(?:tell|show|list|give"
              + "|let|explain|remind|compare|check|look|say|confirm|see|find|get|have|pull|send)\\b).*");

  /** "I'd like to know whether", in the middle of a sentence. */
  private static final Pattern WONDERS =
      Pattern.compile(
          "(?is).*\\b(?:(?:to|you|i) know|understand why|let me (?:know|have)|(?:i|we) need (?:an? |the )?(?:list|overview) of|wondering(?!\\W+(?:if|whether)\\W+(?:we|i|they)\\W+(?:(?:would|will|might|may|could|d)\\W+)?(?:want|need|should|ought|might|like|prefer|better)\\b)|curious|tell (?:me|us)|show (?:me|us)"
              + "|any idea|find out|question (?:is|about)|asks? (?:why|how|what|when|who|whether))\\b.*");

  /** The last change is one; "the last 5" are five. */
  private static final Pattern ONE =
      Pattern.compile(
          " (?:last|latest|most recent)(?: (?:limit )?(?:change|epoch))? $| last changed? ");

  private static final Pattern EVERYONE =
      Pattern.compile("(?i).*\\b(?:who|which|all|any\\w*|every\\w*|top|tenants?|customers?)\\b.*");
  private static final Set<String> SOMEBODY = Set.of("they", "them", "their", "he", "she");

  private EstateQuestionReader() {}

  /** Whether a text may ask something; where this says no, it doesn't. */
  public static boolean mayAsk(String text) {
    return text.contains("?")
        || Stream.of(BEGINS, NAMES, WONDERS).anyMatch(one -> one.matcher(text).matches());
  }

  /** Whether figures are named, which may be those of an order. */
  public static boolean hasFigures(List<Token> words) {
    return words.stream().anyMatch(t -> VALUES.contains(t.kind()))
        || (words.stream().anyMatch(t -> t.is(Kind.NUMBER))
            && words.stream().anyMatch(t -> t.is(Kind.PER) || t.text().equals("per")));
  }

  /**
   * @param words of the request, resolved by the names
   * @param zone of days in it
   */
  public static Optional<EstateQuestion> read(
      TaskRequest request, List<Token> words, EstateNames names, ZoneId zone) {
    var sentences = sentences(words);
    if (sentences.size() > MOST_SENTENCES
        || sentences.stream().anyMatch(s -> s.size() > MOST_WORDS)) {
      return Optional.empty();
    }
    var asking = sentences.stream().filter(s -> asks(request.text(), s)).toList();
    if (asking.isEmpty() || sentences.stream().anyMatch(ImperativeVerbs::order)) {
      return Optional.empty();
    }
    var period = PastPeriodReader.read(words, request.received().atZone(zone));
    var context = new Context(request.text(), words, names, period);
    return asking.reversed().stream().flatMap(said -> read(said, context).stream()).findFirst();
  }

  /** What is known about the whole text. */
  private record Context(
      String text, List<Token> words, EstateNames names, EstateQuestion.Period period) {}

  private static Optional<EstateQuestion> read(List<Token> said, Context in) {
    var words = in.words;
    var change = HypotheticalReader.read(in.text, said);
    var line = line(said);
    return TOPICS.rows().stream()
        .filter(row -> row.pattern().matcher(line.toString()).find())
        .map(row -> Topic.ofWord(row.name()).orElseThrow())
        .filter(topic -> topic != Topic.IMPACT || change.isPresent())
        .findFirst()
        .filter(topic -> topic == Topic.IMPACT || topic == Topic.CHECK || !hasFigures(words))
        .flatMap(topic -> {
          var about = tenants(said, in.names).isEmpty() ? words : said;
          var scope =
              new Scope(
                  tenants(about, in.names),
                  about.stream().filter(t -> t.is(Kind.SERVICE)).map(Token::text).findFirst(),
                  topic == Topic.CHECK ? call(words) : Optional.empty(),
                  in.period,
                  words.stream().filter(t -> t.is(Kind.EXECUTION)).map(Token::text).findFirst(),
                  topic == Topic.IMPACT ? change : Optional.empty());
          return scope.tenants().isEmpty() && topic != Topic.DRIFT && isAboutSomebody(in.text, said)
              ? Optional.<EstateQuestion>empty()
              : Optional.of(new EstateQuestion(topic, scope, rows(topic, line, in.period)));
        });
  }

  private static List<List<Token>> sentences(List<Token> words) {
    var out = new ArrayList<List<Token>>();
    int from = 0;
    for (int i = 0; i <= words.size(); i++) {
      if (i == words.size() || Set.of(".", "!", "?", ";").contains(words.get(i).text())) {
        var sentence = words.subList(from, Math.min(words.size(), i + 1));
        if (sentence.stream()
            .flatMapToInt(t -> t.text().codePoints().limit(1))
            .anyMatch(Character::isLetterOrDigit)) {
          out.add(sentence);
        }
        from = i + 1;
      }
    }
    return out;
  }

  private static boolean asks(String text, List<Token> sentence) {
    String said = text.substring(sentence.getFirst().from(), sentence.getLast().to());
    boolean begins = BEGINS.matcher(said).matches() || NAMES.matcher(text).matches();
    return ((sentence.getLast().text().equals("?") || begins) && !POLITE.matcher(said).matches())
        || WONDERS.matcher(said).matches();
  }

  private static TokenLine line(List<Token> words) {
    return TokenLine.ofWords(
        words.stream()
            .filter(t -> !Set.of("?", "!", ".", ";", ",", "'s").contains(t.text()))
            .toList());
  }

  /** "Why are they throttled?": who they are wasn't said. */
  private static boolean isAboutSomebody(String text, List<Token> asking) {
    return asking.stream().anyMatch(t -> SOMEBODY.contains(t.text()))
        && !EVERYONE.matcher(text).matches();
  }

  /** Those that are named, and those that carry a label that is. */
  private static List<String> tenants(List<Token> words, EstateNames names) {
    return words.stream()
        .flatMap(t ->
            switch (t.kind()) {
              case TENANT -> Stream.of(t.text());
              case LABEL -> {
                var label = t.text().split("=", 2);
                yield names.labelled(label[0], label[1]).stream();
              }
              default -> Stream.<String>empty();
            })
        .distinct()
        .toList();
  }

  private static Optional<Call> call(List<Token> words) {
    var method = words.stream().filter(t -> t.is(Kind.METHOD)).map(Token::text).findFirst();
    var path = words.stream().filter(t -> t.is(Kind.ROUTE)).map(Token::text).findFirst();
    return method.isEmpty() && path.isEmpty()
        ? Optional.empty()
        : Optional.of(new Call(method.orElse("GET"), path.orElse("/")));
  }

  private static int rows(Topic topic, TokenLine line, EstateQuestion.Period period) {
    if (topic == Topic.HISTORY
        && period.equals(EstateQuestion.Period.EVER)
        && ONE.matcher(line.toString()).find()) {
      return 1;
    }
    var words = line.tokens();
    for (int i = 1; i < words.size(); i++) {
      boolean counts = Set.of("last", "latest", "top", "recent").contains(words.get(i - 1).text());
      boolean unit = i + 1 < words.size() && words.get(i + 1).is(Kind.UNIT);
      if (counts && words.get(i).is(Kind.NUMBER) && !unit) {
        return Math.clamp(words.get(i).value().longValue(), 1, EstateQuestion.MOST_ROWS);
      }
    }
    return EstateQuestion.MOST_ROWS;
  }
}
