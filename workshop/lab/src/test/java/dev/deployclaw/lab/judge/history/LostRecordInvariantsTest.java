package dev.deployclaw.lab.judge.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.EtcdSnapshot;
import dev.deployclaw.lab.judge.protocol.JsonValue;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that were moved out of a log as they must be, and each way in which it could be wrong.
 */
class LostRecordInvariantsTest {
  private static final String NAME = "x.3.superseded";

  @TempDir Path folder;

  private final List<String> log = new ArrayList<>();
  private final List<String> moved = new ArrayList<>();
  private final TreeMap<String, EtcdSnapshot.Value> etcd = new TreeMap<>();
  private final AuditStreamInvariants shipped =
      new AuditStreamInvariants(URI.create("nats://localhost:1"));

  @BeforeEach
  void write() throws IOException {
    for (int seq = 1; seq <= 4; seq++) {
      log.add(line(seq, log.isEmpty() ? "" : hash(log.getLast()), "log"));
    }
    moved.add(line(3, hash(log.get(1)), "lost"));
    moved.add(line(4, hash(moved.getFirst()), "lost"));
    save();
    put("audit/x/00000004", log.getLast());
    put("superseded/x/00000003", "{\"by\":\"r\"}");
    account(3, 4);
  }

  @Test
  void findsNothingWhereAllIsAccountedFor() throws IOException {
    assertThat(wrong()).isEmpty();
  }

  @Test
  void findsRecordsThatNothingAccountsFor() throws IOException {
    etcd.remove("superseded/x/00000003");

    assertThat(wrong())
        .containsExactly(
            "x from record 3 was set aside as lost, but isn't in the list of lost records");
  }

  @Test
  void findsAnAccountOfSomethingElse() throws IOException {
    account(3, 5);

    assertThat(wrong()).containsExactly("r accounts for something else than x from record 3");
  }

  @Test
  void findsAFileThatWasAltered() throws IOException {
    account(3, 4);
    moved.set(1, moved.get(1).replace("lost", "last"));
    save();

    assertThat(wrong()).containsExactly("r accounts for something else than x from record 3");
  }

  @Test
  void findsAnAccountOfWhatIsNowhere() throws IOException {
    Files.delete(folder.resolve(NAME));

    assertThat(wrong())
        .containsExactly("x/00000003 is in the list of lost records, and in 0 files");
  }

  @Test
  void findsARecordThatEtcdHas() throws IOException {
    put("audit/x/00000003", moved.getFirst());

    assertThat(wrong())
        .containsExactly("x from record 3: record 00000003 was set aside as lost, but etcd has it");
  }

  @Test
  void findsRecordsThatAreStillInTheLogOrWereItsLast() throws IOException {
    log.set(2, moved.getFirst());
    save();

    assertThat(wrong()).containsExactly("x from record 3 was set aside as lost, but is in the log");

    log.subList(2, 4).clear();
    save();

    assertThat(wrong())
        .containsExactly("x from record 3 was set aside as lost, and no record is in its place");
  }

  @Test
  void findsRecordsThatDoNotFollowFromTheLog() throws IOException {
    moved.set(0, line(3, "00", "lost"));
    save();
    account(3, 4);

    assertThat(wrong()).contains("x from record 3: record 3 does not follow from the one before");
  }

  @Test
  void theStreamHoldsWhatWasLostAndTheLogBesideIt() throws IOException {
    send("1", log.get(0));
    send("2", log.get(1));
    send("3", moved.get(0));
    send("3." + hash(log.get(2)), log.get(2));
    send("4", log.get(3));

    assertThat(compared()).isEmpty();

    send("5", moved.get(1));

    assertThat(compared()).containsExactly("x: the stream holds 5, which is in no file");
  }

  @Test
  void findsWhatTheStreamLacksOrHoldsInItsPlace() throws IOException {
    send("1", log.get(0));
    send("2", log.get(1));
    send("3", moved.get(0));
    send("4", log.get(2));

    assertThat(compared())
        .containsExactly(
            "x: the stream's record 3 isn't the file's",
            "x: the stream's record 4 isn't the file's",
            "x: the stream holds 4, which is in no file");
  }

  private List<String> compared() throws IOException {
    var wrong = new ArrayList<String>();
    shipped.compare("x", log, LostRecordInvariants.in(List.of(folder)), wrong);
    return wrong;
  }

  private void send(String place, String line) {
    shipped.took("deployclaw.audit.x." + place, ByteDigests.of(line));
  }

  private List<String> wrong() throws IOException {
    return LostRecordInvariants.in(List.of(folder)).wrong(new EtcdSnapshot(etcd));
  }

  private void account(long from, long to) throws IOException {
    String sha256 = ByteDigests.sha256(Files.readAllBytes(folder.resolve(NAME)));
    put(
        "audit/r/00000002",
        "{\"facts\":{\"superseded\":{\"execution\":\"x\",\"from\":%d,\"to\":%d,\"file\":\"%s\",\"sha256\":\"%s\"}}}"
            .formatted(from, to, NAME, sha256));
  }

  private static String line(long seq, String prev, String what) {
    String bare = "{%s\"prev\":\"%s\",\"seq\":%d,\"what\":\"%s\"}";
    String hash = ByteDigests.sha256(ByteDigests.of(bare.formatted("", prev, seq, what)));
    return bare.formatted("\"hash\":\"" + hash + "\",", prev, seq, what);
  }

  private static String hash(String line) {
    return JsonValue.parse(line).text("hash");
  }

  private void put(String key, String value) {
    etcd.put(key, new EtcdSnapshot.Value(ByteDigests.of(value), 1));
  }

  private void save() throws IOException {
    Files.write(folder.resolve("x.jsonl"), log);
    Files.write(folder.resolve(NAME), moved);
  }
}
