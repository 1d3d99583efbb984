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

/** A card in Block Kit, with texts of the estate that would like to be more. */
class SlackBlocksTest {
  private static final String LOUD = "<!channel> @everyone <@U1> <http://x|y> & *b* `c`";

  @Test
  void showsTextsOfTheEstateAsPlainText() {
    var blocks = blocks(card(List.of(LOUD), 37), Optional.empty());

    for (var text : blocks.findParents("emoji")) {
      assertThat(text.path("type").asText()).isEqualTo("plain_text");
    }
    assertThat(blocks.toString()).doesNotContain("mrkdwn", "<", ">");
    assertThat(blocks.toString()).contains("&lt;!channel&gt; @everyone", "and 37 more");
    assertThat(CardText.title(card(List.of(LOUD), 0), Optional.empty()))
        .isEqualTo("arch-1 waits for an approval");
  }

  @Test
  void staysWithinTheBoundsOfSlack() {
    var long1 = Collections.nCopies(10, "&".repeat(200));

    for (var text : blocks(card(long1, 1), Optional.empty()).findValuesAsText("text")) {
      assertThat(text.length()).isLessThanOrEqualTo(3000);
    }
  }

  @Test
  void hasNoButtonsOnceItEnded() {
    var ending = new CardEnding(CardEnding.Result.REJECTED, "Rejected by ann.");

    assertThat(blocks(card(List.of(), 0), Optional.of(ending)).toString())
        .contains("Rejected by ann.", "arch-1: rejected")
        .doesNotContain("action_id");
  }

  private static HoldCard card(List<String> changes, long more) {
    return new HoldCard(
        "arch-1", LOUD, LOUD, LOUD, changes, more, "a".repeat(64), "b".repeat(64), 1, true);
  }

  private static JsonNode blocks(HoldCard card, Optional<CardEnding> ending) {
    return new ObjectMapper().valueToTree(SlackBlocks.of(card, Optional.empty(), ending));
  }
}
