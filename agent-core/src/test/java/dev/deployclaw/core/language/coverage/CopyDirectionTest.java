package dev.deployclaw.core.language.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Corpus;
import dev.deployclaw.core.language.IntentJsonReader;
import dev.deployclaw.core.language.grammar.RequestGrammar;
import dev.deployclaw.core.language.grammar.UnquotedPieces.Claims;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A copy goes the way that the request says, however little a reader quotes. */
class CopyDirectionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "contoso should have the same limits as fabrikam|fabrikam|contoso",
        "copy fabrikam's policy over to contoso|fabrikam|contoso",
        "whatever fabrikam has today is what contoso should have, too|fabrikam|contoso",
        "their limits should be a carbon copy of fabrikam's: contoso|fabrikam|contoso",
        "contoso moves onto the same conditions as fabrikam|fabrikam|contoso",
        "give contoso a copy of fabrikam's whole rate policy|fabrikam|contoso",
        "mirror fabrikam on contoso|fabrikam|contoso",
        "make the policy of contoso identical to fabrikam's, with fabrikam as the template|fabrikam|contoso",
        "make contoso's policy identical to fabrikam's|fabrikam|contoso",
      })
  void isThatOfTheWords(String text, String from, String to) {
    assertThat(turned(text, from, to)).isEmpty();
    assertThat(turned(text, to, from)).containsExactly("from " + to);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = "contoso and fabrikam, policies|contoso|fabrikam")
  void isNoneWhereNoWordSaysIt(String text, String from, String to) {
    assertThat(turned(text, from, to)).isNotEmpty();
    assertThat(turned(text, to, from)).isNotEmpty();
  }

  private static List<String> turned(String text, String from, String to) {
    var request = new TaskRequest(text, "somebody", Instant.EPOCH);
    var claims = new Claims(t -> t.text().equals(from) || t.text().equals(to), _ -> true);
    var grammar = RequestGrammar.quoting(request, Corpus.SAMPLES, ZoneOffset.UTC, claims);
    var change = Map.<String, Object>of("tenants", List.of(to), "from", from);
    return CopyDirection.turned(
        grammar,
        IntentJsonReader.read(Map.of("operation", "copy-policy", "changes", List.of(change))));
  }
}
