package dev.deployclaw.core.language.question;

import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.language.EstateQuestion.Call;
import dev.deployclaw.core.language.EstateQuestion.Scope;
import dev.deployclaw.core.language.EstateQuestion.Topic;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.PatternTable;
import dev.deployclaw.core.language.lexer.PatternTable.NamedPattern;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.lexer.TokenLine;
import dev.deployclaw.core.language.time.PastPeriodReader;
import dev.deployclaw.core.task.TaskRequest;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Recognises questions about the estate: they begin as one, and set nothing. */
public final class EstateQuestionReader {
  private static final List<NamedPattern> TABLE =
      PatternTable.read(EstateQuestionReader.class, "questions.txt");

  /** Topics by the words that they share, in whatever order; each is looked for in a question. */
  private static final List<NamedPattern> OPEN =
      PatternTable.read(EstateQuestionReader.class, "open.txt");

  /** With one of these a question may be an order. */
  private static final Set<String> ORDERING =
      PatternTable.words(EstateQuestionReader.class, "ordering.txt");

  private static final Set<Kind> VALUES =
      Set.of(Kind.RATE, Kind.COUNT, Kind.PARALLEL, Kind.BURST, Kind.WINDOW);
  private static final Pattern BEGINS =
      Pattern.compile(
          "(?is).*\\?\\s*|\\W*(?:(?:and|so|hi|hey|hello|ok|please)\\W+)*(?:any|are|can|compare|could|current|describe|did|do"
              + "|does|explain|give|has|have|history|how|is|latest|list|may|recent|show|status|tell|the|top"
              + "|usage|was|were|what\\w*|when|which|who\\w*|why|will|would)\\b.*");

  /** The last change is one; "the last 5" are five. */
  private static final Pattern ONE =
      Pattern.compile(
          " (?:last|latest|most recent)(?: (?:limit )?(?:change|epoch))? $| last changed? ");

  private EstateQuestionReader() {}

  /** Whether a text begins or ends as a question does; what doesn't is none. */
  public static boolean mayAsk(String text) {
    return BEGINS.matcher(text).matches();
  }

  /**
   * @param words of the request, resolved by the names
   * @param zone of days in it
   */
  public static Optional<EstateQuestion> read(
      TaskRequest request, List<Token> words, EstateNames names, ZoneId zone) {
    int last = words.size();
    while (last > 0 && Set.of("?", "!", ".").contains(words.get(last - 1).text())) {
      last--;
    }
    var asked = words.subList(0, last);
    var line =
        new TokenLine(
            asked.stream()
                .map(t -> t.is(Kind.UNKNOWN) ? t.as(Kind.WORD) : t)
                .filter(t -> !t.text().equals("?") && !t.text().equals("'s"))
                .toList());
    boolean goesOn =
        asked.stream().anyMatch(t -> t.text().equals("?")) || HypotheticalReader.orders(asked);
    if (line.tokens().stream().anyMatch(t -> VALUES.contains(t.kind()))) {
      return Optional.empty();
    }
    boolean bare = !goesOn && line.tokens().stream().noneMatch(EstateQuestionReader::ends);
    return (bare ? closed(line) : Optional.<Topic>empty())
        .filter(topic -> topic == Topic.IMPACT || !line.has(Kind.PER))
        .or(() -> open(request.text(), words))
        .map(topic -> {
          var period = PastPeriodReader.read(words, request.received().atZone(zone));
          var scope =
              new Scope(
                  tenants(words, names),
                  words.stream().filter(t -> t.is(Kind.SERVICE)).map(Token::text).findFirst(),
                  topic == Topic.CHECK ? call(words) : Optional.empty(),
                  period,
                  words.stream().filter(t -> t.is(Kind.EXECUTION)).map(Token::text).findFirst(),
                  topic == Topic.IMPACT
                      ? HypotheticalReader.read(request.text(), words)
                      : Optional.empty());
          return new EstateQuestion(topic, scope, rows(topic, line, period));
        });
  }

  /** The topic that the whole text asks about in words of the table. */
  private static Optional<Topic> closed(TokenLine line) {
    return TABLE.stream()
        .filter(row ->
            row.pattern()
                .matcher(line.toString())
                .results()
                .anyMatch(m -> m.start() == 1 && m.end() == line.toString().length() - 1))
        .findFirst()
        .flatMap(row -> Topic.ofWord(row.name()));
  }

  /** The topic of a text that asks in any words and has none that orders. */
  private static Optional<Topic> open(String text, List<Token> words) {
    var line =
        new TokenLine(words.stream().map(t -> t.is(Kind.UNKNOWN) ? t.as(Kind.WORD) : t).toList());
    boolean asks = text.strip().endsWith("?");
    return asks && words.stream().noneMatch(t -> ORDERING.contains(t.text()))
        ? OPEN.stream()
            .filter(row -> line.has(row.pattern()))
            .findFirst()
            .flatMap(row -> Topic.ofWord(row.name()))
        : Optional.empty();
  }

  /** More than one sentence is no bare question. */
  private static boolean ends(Token token) {
    return token.is(Kind.WORD) && Set.of(".", ";", "!").contains(token.text());
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
