package dev.deployclaw.core.language.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.NameInventoryFile;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sequences of classes: what stands in a row, where it begins and ends, and what is denied. */
class TokenClassTest {
  private static final List<Token> TOKENS = tokens("could acme please be set to 30 rps");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "offering                    ; true",
        "liking                      ; false",
        "offering * asking           ; true",
        "offering asking             ; false",
        "liking | <tenant> asking    ; true",
        "^ offering                  ; true",
        "^ asking                    ; false",
        "figure $                    ; true",
        "modal $                     ; false",
        "^ !name name                ; true",
        "!name name asking !=be      ; false",
        "=to <rate> $                ; true",
        "=to <rate> *                ; false",
      })
  void areFoundAsTheySay(String sequences, boolean found) {
    assertThat(TokenClass.has(TOKENS, sequences)).isEqualTo(found);
  }

  private static List<Token> tokens(String text) {
    var names = Map.of("tenants", Map.of("acme", Map.of()), "services", List.of("search"));
    return RequestLexer.read(text, new EstateNames(NameInventoryFile.read(names).inventory()))
        .tokens();
  }
}
