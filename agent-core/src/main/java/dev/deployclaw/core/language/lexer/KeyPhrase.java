package dev.deployclaw.core.language.lexer;

import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.policy.model.CounterKeyPart;
import java.util.List;
import java.util.stream.Stream;

/** "Per IP", "per header x-user-id": by which request attributes a limit counts. */
public final class KeyPhrase {
  private KeyPhrase() {}

  /** The key of a phrase. */
  public static List<CounterKeyPart> of(Token phrase) {
    return phrase
        .all()
        .flatMap(t ->
            t.is(Kind.HEADER)
                ? Stream.of(new CounterKeyPart.Header(t.text()))
                : t.is(Kind.WORD) && t.text().matches("ips?|address(es)?")
                    ? Stream.of(new CounterKeyPart.ClientAddress())
                    : Stream.<CounterKeyPart>empty())
        .distinct()
        .toList();
  }

  /** "Per user", where limits of the estate count by one header that has it in its name. */
  public static Token resolved(Token token, EstateNames names) {
    if (!token.is("per-key")) {
      return token;
    }
    var noun = token.parts().getLast();
    return names
        .header(noun.text())
        .map(h -> Token.join(Kind.HEADER, h, "key", List.of(noun)))
        .map(h -> Token.join(Kind.PHRASE, "key", "key", List.of(token.parts().getFirst(), h)))
        .orElse(token);
  }
}
