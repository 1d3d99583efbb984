package dev.deployclaw.container.nats;

import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.http.exchange.RefusedCallException;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.intake.TaskSubmission;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads a task out of a message: the requester from the last token of its subject, the request from
 * its body as {@code POST /v1/tasks} has it.
 *
 * @param subject below which the requesters are
 * @param mostBytes the longest body
 * @param mask of its request
 */
record TaskMessageReader(String subject, int mostBytes, TextMask mask) {
  /** Where answers are wanted: a stream doesn't keep the reply subject of a message. */
  static final String REPLY = "Deployclaw-Reply";

  private static final String MESSAGE_ID = "Nats-Msg-Id";
  private static final Pattern REQUESTER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_@-]{0,63}");
  private static final Pattern ID = Pattern.compile("[!-~]{1,255}");

  /** No message makes the agent publish elsewhere. */
  private static final Pattern REPLIES =
      Pattern.compile("(?=.{1,255}$)(_INBOX|deployclaw\\.replies)(\\.[A-Za-z0-9_-]+)+");

  /** What a message holds. */
  sealed interface Reading {
    /** A task, and where its answers go. */
    record Task(TaskSubmission submission, Optional<String> reply) implements Reading {}

    /** It can't be carried out, however often it comes. */
    record Unreadable(String reason) implements Reading {}
  }

  /**
   * @throws dev.deployclaw.container.config.secret.UnmaskedTextException while it can't mask
   */
  Reading read(QueueMessage message) throws InterruptedException {
    String requester =
        message.subject().startsWith(subject + ".")
            ? message.subject().substring(subject.length() + 1)
            : "";
    if (!REQUESTER.matcher(requester).matches()) {
      return new Reading.Unreadable(
          "the subject must be %s.REQUESTER, with letters, digits and _ @ -".formatted(subject));
    }
    var id = message.header(MESSAGE_ID);
    if (id.filter(i -> !ID.matcher(i).matches()).isPresent()) {
      return new Reading.Unreadable(MESSAGE_ID + " must have 1 to 255 visible ASCII characters");
    }
    var reply = message.header(REPLY);
    if (reply.filter(r -> !REPLIES.matcher(r).matches()).isPresent()) {
      return new Reading.Unreadable(
          REPLY + " must be a subject below _INBOX or deployclaw.replies");
    }
    if (message.body().length > mostBytes) {
      return new Reading.Unreadable(
          "the body has %d bytes, at most %d are read".formatted(message.body().length, mostBytes));
    }
    // A key over HTTP holds no blank, so that these are never equal to one.
    String key = id.map(i -> "id " + i).orElse("message " + message.place());
    try {
      var body = RequestBody.task(message.body());
      var request = body.typed("request");
      boolean manual = body.manual();
      return new Reading.Task(
          TaskSubmission.shared(request.masked(mask), requester, manual, key), reply);
    } catch (RefusedCallException e) {
      return new Reading.Unreadable(e.problem().detail());
    }
  }
}
