package dev.deployclaw.container.approval;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.subethamail.smtp.DropConnectionException;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/** A real mail server (SubEthaSMTP) that keeps mails, and misbehaves as it is told. */
final class TestMailServer implements AutoCloseable {
  /** Where in a transaction something happens. */
  enum Stage {
    SENDER,
    RECIPIENT,
    CONTENT
  }

  /**
   * What the next transaction meets.
   *
   * @param code of the answer; 0: the connection is closed; 1: nothing ever comes
   */
  record Mood(Stage stage, int code) {}

  static final int CLOSES = 0;
  static final int HANGS = 1;

  /** A mail, and to whom it goes. */
  record Received(List<String> recipients, MimeMessage mail) {
    String header(String name) {
      try {
        return mail.getHeader(name, null);
      } catch (MessagingException e) {
        throw new IllegalStateException(e);
      }
    }

    /** As it came, decoded where it is text. */
    String body() {
      try {
        return part(0) + part(1);
      } catch (MessagingException | IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private String part(int number) throws MessagingException, IOException {
      var parts = (Multipart) mail.getContent();
      return parts.getBodyPart(number).getContent().toString();
    }
  }

  final List<Received> received = new CopyOnWriteArrayList<>();
  final Queue<Mood> mood = new ConcurrentLinkedQueue<>();

  /** This mailbox isn't there; empty for none. */
  volatile String unknown = "";

  private final CountDownLatch closed = new CountDownLatch(1);
  private final SMTPServer server;

  private TestMailServer(UnaryOperator<SMTPServer.Builder> settings) {
    server =
        settings
            .apply(
                SMTPServer.port(0)
                    .bindAddress(InetAddress.getLoopbackAddress())
                    .messageHandlerFactory(_ -> new Transaction()))
            .build();
    server.start();
  }

  static TestMailServer start() {
    return start(UnaryOperator.identity());
  }

  static TestMailServer start(UnaryOperator<SMTPServer.Builder> settings) {
    return new TestMailServer(settings);
  }

  int port() {
    return server.getPortAllocated();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop();
  }

  private final class Transaction implements MessageHandler {
    private final List<String> recipients = new ArrayList<>();
    private final Mood mine =
        Optional.ofNullable(mood.poll()).orElseGet(() -> new Mood(Stage.SENDER, 250));

    @Override
    public void from(String from) throws RejectException {
      suffer(Stage.SENDER);
    }

    @Override
    public void recipient(String recipient) throws RejectException {
      suffer(Stage.RECIPIENT);
      if (recipient.equals(unknown)) {
        throw new RejectException(550, "no such mailbox");
      }
      recipients.add(recipient);
    }

    @Override
    public String data(InputStream data) throws RejectException, IOException {
      byte[] bytes = data.readAllBytes();
      received.add(new Received(recipients, parsed(bytes)));
      suffer(Stage.CONTENT);
      return "kept";
    }

    @Override
    public void done() {
      // nothing is left
    }

    private void suffer(Stage stage) throws RejectException {
      if (mine.stage() != stage || mine.code() == 250) {
        return;
      }
      if (mine.code() == HANGS) {
        hang();
      }
      if (mine.code() <= HANGS) {
        throw new DropConnectionException(421, "<script>closing</script>");
      }
      throw new RejectException(mine.code(), "<script>no</script>");
    }

    private void hang() {
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static MimeMessage parsed(byte[] bytes) {
    try {
      var session = Session.getInstance(new Properties());
      return new MimeMessage(session, new ByteArrayInputStream(bytes));
    } catch (MessagingException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
