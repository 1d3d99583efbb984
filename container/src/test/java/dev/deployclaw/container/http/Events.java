package dev.deployclaw.container.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A client of an event stream: reads what comes, event by event. */
public final class Events implements AutoCloseable {
  private static final int MOST = 10_000;

  private final int status;
  private final Stream<String> lines;
  private final Iterator<String> iterator;

  private Events(int status, Stream<String> lines) {
    this.status = status;
    this.lines = lines;
    this.iterator = lines.iterator();
  }

  public static Events open(Served served, HttpRequest.Builder request) {
    try {
      var response = served.client().send(request.GET().build(), BodyHandlers.ofLines());
      return new Events(response.statusCode(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What comes over a connection of one's own.
   *
   * @param lines read as they are asked for
   */
  static Events over(int status, Stream<String> lines) {
    return new Events(status, lines);
  }

  /** One event; a comment has the kind {@code comment}. */
  public record Event(String id, String kind, String data) {
    /** The number of the record that it tells of. */
    public long number() {
      return Long.parseLong(id.split("-", 2)[0]);
    }
  }

  int status() {
    return status;
  }

  /** Everything up to the end of the stream. */
  public List<Event> all() {
    return until(_ -> false);
  }

  /** Everything up to an event like this, which comes last, or to the end of the stream. */
  public List<Event> until(Predicate<Event> last) {
    var out = new ArrayList<Event>();
    for (int i = 0; i < MOST && iterator.hasNext(); i++) {
      var event = next();
      if (!event.kind().isEmpty()) {
        out.add(event);
      }
      if (last.test(event)) {
        return out;
      }
    }
    return out;
  }

  @Override
  public void close() {
    lines.close();
  }

  private Event next() {
    String id = "";
    String kind = "";
    String data = "";
    while (iterator.hasNext()) {
      String line = iterator.next();
      if (line.isEmpty()) {
        break;
      } else if (line.startsWith(":")) {
        kind = "comment";
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        kind = line.substring(7);
      } else if (line.startsWith("data: ")) {
        data = line.substring(6);
      }
    }
    return new Event(id, kind, data);
  }
}
