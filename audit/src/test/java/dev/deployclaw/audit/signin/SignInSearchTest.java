package dev.deployclaw.audit.signin;

import static dev.deployclaw.audit.signin.SignInLogs.by;
import static dev.deployclaw.audit.signin.SignInLogs.hour;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.export.ExportPeriod;
import dev.deployclaw.audit.signin.SignInSearch.Page;
import dev.deployclaw.audit.signin.SignInSearch.Place;
import dev.deployclaw.audit.signin.SignInSearch.Query;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-ins a page at a time, the newest first. */
class SignInSearchTest {
  private static final int MANY = 100;

  @TempDir Path state;
  @AutoClose private SignInLogs logs;

  /** Three logs: 4, 3 and 1 records, without their ends. */
  @BeforeEach
  void write() throws InterruptedException {
    logs = new SignInLogs(state);
    for (var person : List.of("olivia", "vic", "olivia")) {
      logs.journal.write(by(person), hour(0));
    }
    for (var person : List.of("ann", "olivia", "vic")) {
      logs.journal.write(by(person), hour(1));
    }
    logs.journal.write(by("ann"), hour(2));
    assertThat(logs.journal.store()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 100})
  void eachIsOnOnePage(int limit) {
    var seen = new ArrayList<String>();
    Optional<Place> next = Optional.empty();
    int pages = 0;
    do {
      var page = find("", ExportPeriod.ALL, next, limit);
      assertThat(page.events()).hasSizeLessThanOrEqualTo(limit);
      page.events().forEach(event -> seen.add(event.get("who") + " " + event.get("record")));
      next = page.next().map(Place::toString).flatMap(Place::of);
      pages++;
    } while (next.isPresent());

    assertThat(seen)
        .containsExactly(
            "ann 1", "vic 3", "olivia 2", "ann 1", "olivia 4", "vic 3", "olivia 2", "agent@host 1");
    assertThat(pages).isLessThanOrEqualTo(8 / limit + 3);
  }

  @Test
  void theyAreFoundByPersonAndTime() {
    assertThat(find("ann", ExportPeriod.ALL, Optional.empty(), MANY).events()).hasSize(2);
    assertThat(find("eve", ExportPeriod.ALL, Optional.empty(), MANY).events()).isEmpty();
    var second = new ExportPeriod(hour(1), hour(2), "an hour");
    assertThat(find("", second, Optional.empty(), MANY).events())
        .extracting(event -> event.get("who"))
        .containsExactly("vic", "olivia", "ann");
  }

  @Test
  void eachLogSaysHowItVerifies() throws Exception {
    var file = logs.file(logs.names().getFirst() + ".jsonl");
    Files.writeString(file, Files.readString(file).replace("olivia", "mallory"));

    assertThat(verdicts(find("", ExportPeriod.ALL, Optional.empty(), MANY)))
        .containsExactly("unfinished", "verified", "failed");
  }

  /** One log of the bucket is waited for at most. */
  @Test
  void aLogThatTheBucketDoesNotGiveEndsAPage() throws Exception {
    logs.journal.prune(1);
    logs.bucket.reachable(false);

    var page = find("", ExportPeriod.ALL, Optional.empty(), MANY);
    var second = find("", ExportPeriod.ALL, page.next(), MANY);

    assertThat(verdicts(page)).containsExactly("unfinished", "unknown");
    assertThat(page.events()).hasSize(1);
    assertThat(verdicts(second)).containsExactly("unknown");
    assertThat(second.next()).isEmpty();
    var recent = new ExportPeriod(hour(2), Instant.MAX, "");
    assertThat(verdicts(find("", recent, Optional.empty(), MANY))).containsExactly("unfinished");
    logs.bucket.reachable(true);
    assertThat(find("", ExportPeriod.ALL, Optional.empty(), MANY).events()).hasSize(8);
  }

  @Test
  void aPlaceThatThereIsNotHasNothingBehindIt() {
    var page = find("", ExportPeriod.ALL, Place.of("sign-ins-2001.7"), MANY);

    assertThat(page).isEqualTo(Page.NONE);
    assertThat(List.of("x", ".7", "x.", "../x.7", "x.1234567890", "x.-1"))
        .allSatisfy(text -> assertThat(Place.of(text)).isEmpty());
  }

  private Page find(String person, ExportPeriod period, Optional<Place> after, int limit) {
    return SignInSearch.page(logs.reader(), new Query(period, person, after, limit));
  }

  private static List<Object> verdicts(Page page) {
    return page.logs().stream().map((Map<String, Object> log) -> log.get("verdict")).toList();
  }
}
