package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.HoldCard;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.policy.text.TerminalSafeText;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * A card as a mail, its lines as plain text and as HTML. Headers hold words of ours, the
 * execution's id and addresses of the configuration. The console is its only link: it approves
 * nothing, since scanners follow the links of mails. The id follows from what is told, so mail
 * programs know a mail that is sent twice.
 */
final class EmailMessage extends MimeMessage {
  private static final String UTF_8 = StandardCharsets.UTF_8.name();
  private static final int ID_DIGITS = 32;

  private final String id;

  private EmailMessage(String id) {
    super(Session.getInstance(new Properties()));
    this.id = id;
  }

  /**
   * What a mail tells.
   *
   * @param thread the id of the first mail; empty for that one
   */
  record Content(HoldCard card, Optional<String> thread, Optional<CardEnding> ending) {
    private String heading() {
      return ending
          .map(CardEnding::sentence)
          .orElseGet(
              () -> CardText.waits(card) + (thread.isPresent() ? "; the held plan changed." : "."));
    }
  }

  static EmailMessage of(
      ApprovalChannelConfig config, Platform.Email email, Content content, Instant now) {
    try {
      var mail = new EmailMessage(id(config, email, content));
      mail.setFrom(new InternetAddress(email.from()));
      for (String to : email.to()) {
        mail.addRecipient(RecipientType.TO, new InternetAddress(to));
      }
      String title = TerminalSafeText.line(CardText.waits(content.card()));
      mail.setSubject((content.thread().isPresent() ? "Re: " : "") + title, UTF_8);
      mail.setSentDate(Date.from(now));
      mail.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834: nothing answers it
      if (content.thread().isPresent()) {
        String first = TerminalSafeText.line(content.thread().get());
        mail.setHeader("In-Reply-To", first);
        mail.setHeader("References", first);
      }
      String link = CardText.link(config.console().orElse(""), content.card().execution());
      String way = content.ending().isPresent() ? "In the console" : "Decide in the console";
      mail.setContent(parts(lines(content), way, link));
      mail.saveChanges();
      return mail;
    } catch (MessagingException e) {
      throw new IllegalStateException("a mail that can't be written", e);
    }
  }

  /** Without the request's words: only an agent that has the log knows them. */
  private static String id(ApprovalChannelConfig config, Platform.Email email, Content content) {
    var told =
        List.of(
            config.name(),
            config.console().orElse(""),
            content.card().execution(),
            content.card().shown(),
            content.thread().orElse(""),
            content.heading());
    String digest = CanonicalJson.sha256(CanonicalJson.bytes(told)).substring(0, ID_DIGITS);
    return "<" + digest + "@" + email.domain() + ">";
  }

  String id() {
    return id;
  }

  @Override
  protected void updateMessageID() throws MessagingException {
    setHeader("Message-ID", id);
  }

  private static List<String> lines(Content content) {
    var card = content.card();
    var out = new ArrayList<String>();
    out.add(content.heading());
    out.addAll(CardText.question(card));
    out.addAll(CardText.changes(card));
    if (content.ending().isEmpty()) {
      out.addAll(CardText.terms(card, Optional.empty()));
    }
    // No program makes a link of an address that a request brings.
    out.replaceAll(line -> TerminalSafeText.line(line).replace("://", ": //"));
    return out;
  }

  private static MimeMultipart parts(List<String> lines, String way, String link)
      throws MessagingException {
    var text = new MimeBodyPart();
    text.setText(String.join("\n", lines) + "\n\n" + way + ": " + link + "\n", UTF_8);
    var html = new MimeBodyPart();
    html.setText(html(lines, way, link), UTF_8, "html");
    return new MimeMultipart("alternative", text, html);
  }

  private static String html(List<String> lines, String way, String link) {
    var out = new StringBuilder("<!doctype html>\n<html><body>\n");
    lines.forEach(line -> out.append("<p>").append(escaped(line)).append("</p>\n"));
    return out.append("<p><a href=\"%s\">%s</a></p>\n".formatted(escaped(link), way))
        .append("</body></html>\n")
        .toString();
  }

  private static String escaped(String text) {
    return CardText.escaped(text).replace("\"", "&quot;").replace("'", "&#39;");
  }
}
