package dev.deployclaw.core.language.conversation;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.task.Conversation.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A request whose parts come from several turns. Immutable. */
record SpokenText(List<Piece> pieces) {
  SpokenText {
    pieces = List.copyOf(pieces);
  }

  static SpokenText of(String text, int turn) {
    return new SpokenText(List.of(new Piece(text, turn)));
  }

  String text() {
    return pieces.stream().map(Piece::text).collect(Collectors.joining());
  }

  /** With words of a turn in place of those between two characters. */
  SpokenText replace(int from, int to, Piece with) {
    var out = new ArrayList<>(part(0, from));
    out.add(with);
    out.addAll(part(to, text().length()));
    return new SpokenText(out);
  }

  /** Another text, of a turn as far as it differs. */
  SpokenText becoming(String other, int turn) {
    String text = text();
    int most = Math.min(text.length(), other.length());
    int same = 0;
    while (same < most && text.charAt(same) == other.charAt(same)) {
      same++;
    }
    int back = 0;
    while (back < most - same
        && text.charAt(text.length() - 1 - back) == other.charAt(other.length() - 1 - back)) {
      back++;
    }
    String words = other.substring(same, other.length() - back);
    return replace(same, text.length() - back, new Piece(words, turn));
  }

  private List<Piece> part(int from, int to) {
    var out = new ArrayList<Piece>();
    int at = 0;
    for (Piece piece : pieces) {
      int begin = Math.max(from - at, 0);
      int end = Math.min(to - at, piece.text().length());
      if (begin < end) {
        out.add(new Piece(piece.text().substring(begin, end), piece.turn()));
      }
      at += piece.text().length();
    }
    return out;
  }

  /** The turns whose words stand there. */
  List<Integer> turns(int from, int to) {
    return part(from, to).stream()
        .filter(p -> !p.text().isBlank())
        .map(Piece::turn)
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * With instants in place of "tomorrow" and "the weekend".
   *
   * @param typed its own tokens, times resolved
   */
  SpokenText pinned(List<Token> typed) {
    var out = this;
    for (Token token : typed.reversed()) {
      boolean instant = token.is(Kind.INSTANT) && !token.parts().isEmpty();
      boolean span = token.is(Kind.TIME) && token.text().equals("span");
      if (instant || span) {
        String both =
            token.each(Kind.INSTANT).map(Token::text).collect(Collectors.joining(" and "));
        int turn = turns(token.from(), token.to()).getLast();
        out =
            out.replace(token.from(), token.to(), new Piece((span ? "between " : "") + both, turn));
      }
    }
    return out;
  }
}
