package dev.deployclaw.audit.shipping;

import dev.deployclaw.audit.stream.AuditStream;
import dev.deployclaw.testkit.server.NatsServer;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.api.MessageInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a real stream holds of the records that were shipped to it. */
@SuppressWarnings("try") // closing a NATS connection can be interrupted
final class ShippedMessages {
  private ShippedMessages() {}

  static String header(MessageInfo message, String name) {
    return String.valueOf(Objects.requireNonNull(message.getHeaders()).getFirst(name));
  }

  static Connection connect(NatsServer nats) throws IOException, InterruptedException {
    return Nats.connect(nats.url());
  }

  static long countOf(NatsServer nats) {
    try (var connection = connect(nats)) {
      var state = connection.jetStreamManagement().getStreamInfo(AuditStream.NAME).getStreamState();
      return state.getMsgCount();
    } catch (IOException | JetStreamApiException e) {
      return -1;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<String> subjects(NatsServer nats) throws Exception {
    return messages(nats).stream().map(MessageInfo::getSubject).toList();
  }

  static List<MessageInfo> messages(NatsServer nats) throws Exception {
    try (var connection = connect(nats)) {
      var management = connection.jetStreamManagement();
      var state = management.getStreamInfo(AuditStream.NAME).getStreamState();
      var messages = new ArrayList<MessageInfo>();
      for (long seq = 1; seq <= state.getLastSequence(); seq++) {
        messages.add(management.getMessage(AuditStream.NAME, seq));
      }
      return messages;
    }
  }
}
