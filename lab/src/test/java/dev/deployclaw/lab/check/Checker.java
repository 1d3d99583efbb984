package dev.deployclaw.lab.check;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.lab.Lab;
import dev.deployclaw.lab.campaign.PlaceFile;
import dev.deployclaw.lab.judge.Judge;
import dev.deployclaw.lab.judge.Place;
import dev.deployclaw.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** The campaign's judge, for tests: it asks the agent nothing. */
public final class Checker {
  /** Replicas and services follow a moment later. */
  private static final Duration FOLLOW = Duration.ofSeconds(60);

  private final Config config;
  private final Judge judge;

  public Checker(Lab lab, Config config) {
    this.config = config;
    try {
      this.judge = new Judge(Place.read(PlaceFile.write(lab, config)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Snapshot etcd() {
    return Snapshot.of(config);
  }

  /** The digest that is committed now. */
  public String digest() {
    return committed().digest();
  }

  public long epoch() {
    return committed().epoch();
  }

  /** What a limit is, by the committed set. */
  public String rule(String tenant, String limit) {
    try {
      return judge.rule(tenant, limit);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @throws AssertionError that names all that is wrong
   */
  public void assertWhole() {
    var wrong = new AtomicReference<List<String>>(List.of());
    boolean whole =
        Await.cameTrue(
            FOLLOW,
            () -> {
              wrong.set(judge.wrong());
              return wrong.get().isEmpty();
            });
    if (!whole) {
      throw new AssertionError(String.join("\n", wrong.get()));
    }
  }

  private Judge.Committed committed() {
    try {
      return judge.committed();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
