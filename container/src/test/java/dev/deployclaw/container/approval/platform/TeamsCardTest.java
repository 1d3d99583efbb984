package dev.deployclaw.container.approval.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.HoldCard;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A card as an Adaptive Card, with texts of the estate that would like to be more. */
class TeamsCardTest {
  private static final String LOUD = "**b** [x](http://y) <at>everyone</at> ![i](http://z) `c`";

  @Test
  void showsTextsOfTheEstateInRunsAlone() {
    var message = message(List.of(LOUD), 37, Optional.empty());

    for (var block : message.at("/attachments/0/content/body")) {
      assertThat(block.path("type").asText()).isEqualTo("RichTextBlock");
      for (var run : block.path("inlines")) {
        assertThat(run.path("type").asText()).isEqualTo("TextRun");
      }
    }
    assertThat(message.path("summary").asText()).isEqualTo("arch-1 waits for an approval");
    assertThat(message.has("entities") || message.has("text")).as("no mention").isFalse();
    assertThat(message.toString()).contains("and 37 more");
  }

  /** Teams takes some 28 KB. */
  @Test
  void staysWithinTheBoundsOfTeams() {
    assertThat(message(Collections.nCopies(10, "é".repeat(200)), 1, Optional.empty()).toString())
        .hasSizeLessThan(20_000);
  }

  @Test
  void hasNoButtonsOnceItEnded() {
    var ending = new CardEnding(CardEnding.Result.REJECTED, "Rejected by ann.");

    assertThat(message(List.of(), 0, Optional.of(ending)).toString())
        .contains("Rejected by ann.", "arch-1: rejected")
        .doesNotContain("Action.");
  }

  private static JsonNode message(List<String> changes, long more, Optional<CardEnding> ending) {
    var card =
        new HoldCard(
            "arch-1", LOUD, LOUD, LOUD, changes, more, "a".repeat(64), "b".repeat(64), 1, true);
    return new ObjectMapper().valueToTree(TeamsCard.message(card, Optional.empty(), ending));
  }
}
