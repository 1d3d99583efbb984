package dev.deployclaw.container.approval.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.HoldCard;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import jakarta.mail.Multipart;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A card as a mail, with texts of the estate that would like to be more. */
class EmailMessageTest {
  private static final String LOUD =
      "x\r\nBcc: mallory@example.net\r\n\r\n<img src=http://x/y.png> <a href='http://x'>ok</a> \"&";
  private static final String FIRST = "<0123@example.net>";

  @Test
  void noTextOfTheEstateReachesAHeader() throws Exception {
    for (var thread : List.of(Optional.<String>empty(), Optional.of(FIRST + LOUD))) {
      var mail = mail(card(LOUD, "b".repeat(64)), thread, Optional.empty());

      var names = new ArrayList<String>();
      mail.getAllHeaders().asIterator().forEachRemaining(h -> names.add(h.getName()));
      assertThat(names).doesNotContain("Bcc").doesNotHaveDuplicates();
      String head = written(mail).split("\r\n\r\n", 2)[0];
      assertThat(head.lines().toList())
          .allMatch(line -> line.matches("[A-Z][A-Za-z-]+: .*|[ \t].+"))
          .noneMatch(line -> line.startsWith("Bcc"));
    }
  }

  @Test
  void showsTextsOfTheEstateAsText() throws Exception {
    var card =
        new HoldCard(
            "arch-1", LOUD, LOUD, LOUD, List.of(LOUD), 37, "a".repeat(64), "b".repeat(64), 1, true);
    var parts = (Multipart) mail(card, Optional.empty(), Optional.empty()).getContent();
    String text = (String) parts.getBodyPart(0).getContent();
    String html = (String) parts.getBodyPart(1).getContent();

    assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/html");
    assertThat(html)
        .doesNotContain("<img", "href='", "http://x")
        .contains("&lt;img src=", "&quot;&amp;")
        .containsOnlyOnce("<a href=\"https://agent.example.net/console/executions/");
    assertThat(text).doesNotContain("http://x").contains("and 37 more");
    assertThat(text.lines().filter(line -> line.startsWith("Bcc"))).isEmpty();
  }

  @Test
  void hasAnIdThatFollowsFromWhatItTells() throws Exception {
    String one = id(card("apply", "b".repeat(64)), Optional.empty(), Optional.empty());

    assertThat(id(card("", "b".repeat(64)), Optional.empty(), Optional.empty()))
        .as("another agent doesn't know the request's words")
        .isEqualTo(one);
    assertThat(id(card("apply", "c".repeat(64)), Optional.empty(), Optional.empty()))
        .isNotEqualTo(one);
    assertThat(id(card("apply", "b".repeat(64)), Optional.of(FIRST), Optional.empty()))
        .isNotEqualTo(one);
    var ending = Optional.of(new CardEnding(CardEnding.Result.APPROVED, "Approved by ann."));
    assertThat(id(card("apply", "b".repeat(64)), Optional.of(FIRST), ending))
        .isEqualTo(id(card("apply", "b".repeat(64)), Optional.of(FIRST), ending))
        .isNotEqualTo(id(card("apply", "b".repeat(64)), Optional.of(FIRST), Optional.empty()));
  }

  @Test
  void staysBounded() throws Exception {
    var wide = new ArrayList<>(Collections.nCopies(10, "é".repeat(200)));
    var card =
        new HoldCard(
            "arch-1",
            "é".repeat(128),
            "é".repeat(600),
            "é".repeat(600),
            wide,
            1_000_000,
            "a".repeat(64),
            "b".repeat(64),
            1,
            true);

    String written = written(mail(card, Optional.empty(), Optional.empty()));

    assertThat(written.length()).isLessThan(64 << 10);
    assertThat(written.lines()).allMatch(line -> line.length() <= 998);
  }

  private static String written(EmailMessage mail) throws Exception {
    var out = new ByteArrayOutputStream();
    mail.writeTo(out);
    return out.toString(StandardCharsets.US_ASCII);
  }

  private static String id(HoldCard card, Optional<String> thread, Optional<CardEnding> ending)
      throws Exception {
    var mail = mail(card, thread, ending);
    assertThat(mail.getMessageID()).isEqualTo(mail.id());
    return mail.id();
  }

  private static EmailMessage mail(
      HoldCard card, Optional<String> thread, Optional<CardEnding> ending) {
    var server =
        new Platform.MailServer("127.0.0.1", 25, false, Optional.empty(), "", SecretValue.NONE);
    var email = new Platform.Email(server, "agent@example.net", List.of("ann@example.net"));
    var config =
        new ApprovalChannelConfig(
            "reviews", Optional.of("https://agent.example.net/"), Map.of(), email);
    return EmailMessage.of(
        config, email, new EmailMessage.Content(card, thread, ending), Instant.EPOCH);
  }

  private static HoldCard card(String request, String shown) {
    return new HoldCard(
        "arch-1" + (request.equals(LOUD) ? LOUD : ""),
        LOUD,
        request,
        LOUD,
        List.of(LOUD),
        37,
        "a".repeat(64),
        shown,
        1,
        true);
  }
}
