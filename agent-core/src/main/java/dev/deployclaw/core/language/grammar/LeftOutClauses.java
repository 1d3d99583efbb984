package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.cue.BindingCue;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.value.ReadingLoss;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The clauses that a reading leaves out: how a person is shown them, and how grave it is. Pure. */
public final class LeftOutClauses {
  private final ToldSentences sentences;
  private final List<RequestClause> clauses;
  private final Predicate<Token> quoted;

  /**
   * @param quoted whether a word is a source of the reading; any word where no reader quotes
   */
  LeftOutClauses(ToldSentences sentences, List<RequestClause> clauses, Predicate<Token> quoted) {
    this.sentences = sentences;
    this.clauses = clauses;
    this.quoted = quoted;
  }

  /**
   * Sentences without a source that are about the order itself: "it is over at noon", "scrap that".
   */
  public List<String> remarks() {
    return sentences.sentences().stream()
        .filter(s -> s.stream().noneMatch(quoted) && !sentences.signed().containsAll(s))
        .filter(this::isRemark)
        .map(sentences::text)
        .toList();
  }

  private boolean isRemark(List<Token> sentence) {
    var first = sentences.clauses(sentence).getFirst();
    boolean tells = first.has("<unknown> | finite | seen | subject | reporting");
    boolean bears = TokenClass.has(sentence, "moment | <duration> | <number>");
    return (bears || (TokenClass.has(sentence, "turning") && !first.past()))
        && (first.has("^ itself") || (first.has("itself") && !tells))
        && BindingCue.of(sentences.read(sentence), true, false).stream()
            .noneMatch(c -> c.kind() == BindingCue.Kind.SOCIAL);
  }

  /** Words with the clauses that they are in; by themselves in one with a source. */
  public List<String> shown(List<String> words, Predicate<Token> source) {
    return words.stream()
        .filter(sentences.text()::contains)
        .flatMap(w -> shown(w, source))
        .distinct()
        .toList();
  }

  private Stream<String> shown(String words, Predicate<Token> source) {
    var around = around(words);
    return around.isEmpty()
        ? Stream.of(words)
        : around.stream().map(c -> c.stream().anyMatch(source) ? words : sentences.text(c));
  }

  /** How grave it is that such words are left out, by what else is in their clauses. */
  public ReadingLoss turned(List<String> words) {
    var turning =
        words.stream()
            .flatMap(w -> around(w).stream())
            .filter(c -> TokenClass.has(c, "turning"))
            .toList();
    boolean apart = turning.stream().allMatch(this::isApart);
    return turning.isEmpty() ? ReadingLoss.NONE : apart ? ReadingLoss.ASIDE : ReadingLoss.ORDER;
  }

  /**
   * How grave it is that clauses are read as an order that are none: they may only ask, or deny.
   */
  public ReadingLoss denying(List<String> denied) {
    boolean refused =
        clauses.stream()
            .map(RequestClause::typed)
            .filter(c -> denied.contains(sentences.text(c)))
            .anyMatch(c ->
                TokenClass.has(c, "refusing")
                    || sentences.text().startsWith("?", c.getLast().to()));
    return denied.isEmpty() ? ReadingLoss.NONE : refused ? ReadingLoss.ORDER : ReadingLoss.ASIDE;
  }

  /** Whether the sentence of such words is one that no source is in, and that tells of its own. */
  public boolean isApart(List<Token> words) {
    return !words.isEmpty()
        && sentences.sentences().stream()
            .filter(s -> s.contains(words.getFirst()))
            .allMatch(s ->
                s.stream().noneMatch(quoted)
                    && !sentences.clauses(s).getFirst().orders()
                    && sentences.clauses(s).stream().noneMatch(c -> c.asks() || c.has("^ itself")));
  }

  /** The clauses that have such words. */
  private List<List<Token>> around(String words) {
    var whole = Pattern.compile("(?<!\\w)" + Pattern.quote(words) + "(?!\\w)");
    return clauses.stream()
        .map(RequestClause::typed)
        .filter(typed -> whole.matcher(sentences.text(typed)).find())
        .toList();
  }
}
