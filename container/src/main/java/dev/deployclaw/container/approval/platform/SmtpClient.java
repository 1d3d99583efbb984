package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.CardDelivery;
import dev.deployclaw.container.approval.ChannelCondition;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.policy.text.TerminalSafeText;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands mails in (RFC 6409), each over a connection of its own that is bounded as a whole: a server
 * that trickles is left. What a server writes is never quoted. Any thread.
 *
 * @param longest for one mail
 */
record SmtpClient(Platform.Email email, Duration longest) {
  private static final Logger LOG = LoggerFactory.getLogger(SmtpClient.class);
  private static final int LONGEST_REASON = 200;
  private static final int PERMANENT = 5;

  /** More than recipients have. */
  private static final int MOST_CAUSES = 200;

  /** What is done once the server let us in. */
  @FunctionalInterface
  private interface Exchange {
    void on(SMTPTransport transport) throws MessagingException;
  }

  /** What came of it. */
  private sealed interface Outcome {
    record Done() implements Outcome {}

    /** The server answers, and not as it should. */
    record Faulty(String why) implements Outcome {}

    /** It won't take this mail. */
    record Refused(String why) implements Outcome {}

    /** It may have taken it all the same. */
    record Silent(String why) implements Outcome {}
  }

  /** Shown once one of the recipients has it: a mailbox that is gone holds up no other. */
  CardDelivery send(EmailMessage mail) throws InterruptedException {
    return switch (exchange(transport -> send(mail, transport))) {
      case Outcome.Done() -> new CardDelivery.Shown(mail.id());
      case Outcome.Refused(String why) -> new CardDelivery.Refused(why);
      case Outcome.Faulty(String why) -> CardDelivery.later(why);
      case Outcome.Silent(String why) -> CardDelivery.later(why);
    };
  }

  /** Signs in, and sends nothing. */
  ChannelCondition check() throws InterruptedException {
    return switch (exchange(_ -> {})) {
      case Outcome.Done() ->
          new ChannelCondition.Well(
              "the mail server lets the agent in"
                  + (email.server().tls().isPresent()
                      ? ", encrypted"
                      : ", in plain text on loopback"));
      case Outcome.Refused(String why) -> faulty(why);
      case Outcome.Faulty(String why) -> faulty(why);
      case Outcome.Silent(String why) -> new ChannelCondition.Silent(why);
    };
  }

  private static ChannelCondition faulty(String why) {
    return new ChannelCondition.Faulty(why, "check url, tls, username and passwordFile");
  }

  private static void send(EmailMessage mail, SMTPTransport transport) throws MessagingException {
    try {
      transport.sendMessage(mail, mail.getAllRecipients());
    } catch (SendFailedException e) {
      int taken = count(e.getValidSentAddresses());
      if (taken == 0) {
        throw e;
      }
      LOG.atWarn()
          .addKeyValue("recipients", count(mail.getAllRecipients()))
          .addKeyValue("taken", taken)
          .log("The mail server refuses recipients");
    }
  }

  private static int count(Address @Nullable [] addresses) {
    return addresses == null ? 0 : addresses.length;
  }

  private Outcome exchange(Exchange exchange) throws InterruptedException {
    var socket = new BoundedSocket();
    var task = new FutureTask<>(() -> talk(socket, exchange));
    var _ = Thread.ofVirtual().name("smtp").start(task);
    try {
      return task.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new Outcome.Silent("no answer within " + longest.toSeconds() + " s");
    } catch (ExecutionException e) {
      return outcome(e);
    } finally {
      close(socket); // ends what still waits
    }
  }

  private Outcome talk(Socket socket, Exchange exchange) throws IOException, MessagingException {
    // Named by the configuration: nothing asks what an address is called.
    byte[] address = InetAddress.getByName(email.server().host()).getAddress();
    socket.connect(
        new InetSocketAddress(
            InetAddress.getByAddress(email.server().host(), address), email.server().port()));
    var tls = email.server().tls().map(this::sockets);
    var session = session(tls);
    var transport = new SMTPTransport(session, new URLName("smtp", null, -1, null, null, null));
    transport.connect(
        email.server().immediate() && tls.isPresent()
            ? tls.get().createSocket(socket, email.server().host(), email.server().port(), true)
            : socket);
    exchange.on(transport);
    quit(transport);
    return new Outcome.Done();
  }

  private static void quit(SMTPTransport transport) {
    try {
      transport.close();
    } catch (MessagingException e) {
      LOG.atDebug().setCause(e).log("A mail server ended first");
    }
  }

  /** The name in the certificate is the configured one. */
  private SSLSocketFactory sockets(TlsSettings tls) {
    var name = Optional.of(tls.serverName().orElse(email.server().host()));
    return new TlsSettings(tls.authorities(), tls.identity(), name).context().getSocketFactory();
  }

  private Session session(Optional<SSLSocketFactory> tls) {
    var properties = new Properties();
    String user = email.server().username();
    properties.setProperty("mail.smtp.auth", Boolean.toString(!user.isEmpty()));
    properties.setProperty("mail.smtp.auth.mechanisms", "PLAIN LOGIN");
    properties.setProperty("mail.smtp.sendpartial", "true");
    properties.setProperty("mail.smtp.quitwait", "false");
    properties.setProperty("mail.smtp.localhost", email.domain());
    if (tls.isPresent()) {
      properties.setProperty("mail.smtp.starttls.enable", "true");
      properties.setProperty("mail.smtp.starttls.required", "true");
      properties.put("mail.smtp.ssl.socketFactory", tls.get());
    }
    return Session.getInstance(
        properties,
        new Authenticator() {
          @Override
          protected PasswordAuthentication getPasswordAuthentication() {
            return new PasswordAuthentication(user, email.server().password().value());
          }
        });
  }

  private static Outcome outcome(Throwable failure) {
    var chain = chain(failure);
    var codes = chain.stream().mapToInt(SmtpClient::code).filter(code -> code > 0).toArray();
    if (codes.length > 0) {
      boolean permanent = true;
      for (int code : codes) {
        permanent &= code / 100 == PERMANENT;
      }
      String why = "the mail server answers " + codes[0];
      return permanent ? new Outcome.Refused(why) : new Outcome.Faulty(why);
    }
    if (chain.stream().anyMatch(AuthenticationFailedException.class::isInstance)) {
      return new Outcome.Faulty("the mail server refuses the user");
    }
    var last = chain.getLast();
    if (last instanceof MessagingException) {
      boolean plain = String.valueOf(last.getMessage()).startsWith("STARTTLS is required");
      return new Outcome.Faulty(
          plain ? "the mail server offers no STARTTLS" : "the mail server refuses the dialogue");
    }
    String why = TerminalSafeText.line(last.getClass().getSimpleName() + ": " + last.getMessage());
    String shown = why.substring(0, Math.min(why.length(), LONGEST_REASON));
    return chain.stream().anyMatch(SSLException.class::isInstance)
        ? new Outcome.Faulty(shown)
        : new Outcome.Silent(shown);
  }

  /** A failure, and those that led to it. */
  private static List<Throwable> chain(Throwable failure) {
    var out = new ArrayList<Throwable>();
    @Nullable Throwable next = failure;
    while (next != null && out.size() < MOST_CAUSES) {
      out.add(next);
      next = next.getCause(); // of a mail's failures, that is the next one
    }
    return out;
  }

  private static int code(Throwable failure) {
    return switch (failure) {
      case SMTPSendFailedException e -> e.getReturnCode();
      case SMTPAddressFailedException e -> e.getReturnCode();
      case SMTPSenderFailedException e -> e.getReturnCode();
      default -> 0;
    };
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("A connection to a mail server stays open");
    }
  }

  /** Reads no more than a dialogue needs: the mail library keeps all that a server says. */
  private static final class BoundedSocket extends Socket {
    static final int MOST_BYTES = 256 << 10;

    private int left = MOST_BYTES;

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read() throws IOException {
          byte[] one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          if (left == 0) {
            throw new IOException("the server says more than " + MOST_BYTES + " bytes");
          }
          int count = super.read(bytes, offset, Math.min(length, left));
          left -= Math.max(0, count);
          return count;
        }
      };
    }
  }
}
