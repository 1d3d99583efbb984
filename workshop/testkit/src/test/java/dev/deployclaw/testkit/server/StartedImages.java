package dev.deployclaw.testkit.server;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Objects;
import java.util.SortedSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;

/**
 * The images of which containers start meanwhile. Docker tells them as they start: asked
 * afterwards, it knows its last 256 events only. A volume that is made at the end marks it.
 */
final class StartedImages implements AutoCloseable {
  private static final int MOST_IMAGES = 1_000;
  private static final int LAST_SECONDS = 60;

  private final String mark = "deployclaw-events-" + UUID.randomUUID();
  private final DockerClient client = SharedDocker.daemon().streaming();
  private final EventListener listener = new EventListener(mark);

  private StartedImages() {}

  static StartedImages listen() throws InterruptedException {
    var started = new StartedImages();
    started
        .client
        .eventsCmd()
        .withSince(Long.toString(Instant.now().getEpochSecond()))
        .withEventTypeFilter(EventType.CONTAINER, EventType.VOLUME)
        .withEventFilter("start", "create")
        .exec(started.listener);
    return started;
  }

  /** Those until now, if Docker tells them all in time. */
  SortedSet<String> all() throws InterruptedException {
    var daemon = SharedDocker.daemon().client();
    daemon.createVolumeCmd().withName(mark).exec();
    daemon.removeVolumeCmd(mark).exec();
    if (!listener.awaitCompletion(LAST_SECONDS, TimeUnit.SECONDS) || !listener.marked) {
      throw new IllegalStateException("Docker didn't tell all containers that started");
    }
    return listener.images;
  }

  @Override
  public void close() {
    try (client) {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Called by the client's thread. */
  private static final class EventListener extends ResultCallback.Adapter<Event> {
    private final SortedSet<String> images = new ConcurrentSkipListSet<>();
    private final String mark;
    private volatile boolean marked;

    EventListener(String mark) {
      this.mark = mark;
    }

    @Override
    public void onNext(Event event) {
      var actor = Objects.requireNonNull(event.getActor());
      if (mark.equals(actor.getId())) {
        marked = true;
        onComplete();
      } else if ("start".equals(event.getAction()) && images.size() < MOST_IMAGES) {
        images.add(Objects.requireNonNull(actor.getAttributes()).getOrDefault("image", ""));
      }
    }
  }
}
