package dev.deployclaw.lab.judge.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.EtcdSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal as it must be, and each way in which it could be wrong. */
class LogChainInvariantsTest {
  @TempDir Path folder;
  @TempDir Path elsewhere;

  private final List<String> lines = new ArrayList<>();
  private final TreeMap<String, EtcdSnapshot.Value> etcd = new TreeMap<>();
  private LogChainInvariants trail = new LogChainInvariants(List.of(), Optional.empty());

  @BeforeEach
  void write() throws IOException {
    trail = new LogChainInvariants(List.of(folder, elsewhere), Optional.empty());
    chain();
    put("audit/x/00000001", lines.get(0));
    put("audit/x/00000003", lines.get(2));
    put("audit-head/x", "{\"seq\":3}");
  }

  /** Three records. */
  private void chain() throws IOException {
    String prev = "";
    for (int seq = 1; seq <= 3; seq++) {
      String phase = seq == 3 ? "end" : "plan";
      String bare = "{%s\"phase\":\"%s\",\"prev\":\"%s\",\"seq\":%d}";
      String hash = ByteDigests.sha256(ByteDigests.of(bare.formatted("", phase, prev, seq)));
      lines.add(bare.formatted("\"hash\":\"" + hash + "\",", phase, prev, seq));
      prev = hash;
    }
    save();
  }

  @Test
  void findsNothingInAJournalAsItMustBe() {
    assertThat(wrong()).isEmpty();
  }

  @Test
  void findsARecordThatWasAlteredOrIsMissing() throws IOException {
    lines.set(1, lines.get(1).replace("plan", "plot"));
    save();

    assertThat(wrong()).containsExactly("x: record 2 does not follow from the one before");

    lines.remove(1);
    save();

    assertThat(wrong()).contains("x: record 2 does not follow from the one before");
  }

  @Test
  void findsAJournalWithoutAnEnd() throws IOException {
    lines.removeLast();
    save();

    assertThat(wrong()).contains("x: its log has no end");
  }

  @Test
  void findsARecordInEtcdThatIsAnother() {
    put("audit/x/00000001", lines.get(1));

    assertThat(wrong()).containsExactly("x: record 1 in etcd isn't the one in the file");
  }

  @Test
  void findsAHeadThatIsNoRecord() {
    put("audit-head/x", "{\"seq\":4}");

    assertThat(wrong()).containsExactly("x: the head is 4, not 3");
  }

  @Test
  void findsLastRecordsThatEtcdDoesNotKnow() {
    etcd.remove("audit/x/00000003");
    put("audit-head/x", "{\"seq\":1}");

    assertThat(wrong()).containsExactly("x: the file has 3 records, the last that etcd knows is 1");
  }

  @Test
  void findsAJournalOfWhichEtcdKnowsNothing() {
    etcd.clear();

    assertThat(wrong()).containsExactly("x: the file has 3 records, the last that etcd knows is 0");
  }

  @Test
  void findsAnExecutionWithoutAFile() {
    put("audit-head/y", "{\"seq\":1}");

    assertThat(wrong()).containsExactly("y: etcd has records of it, and there is no file");
  }

  @Test
  void looksAtTheFilesOfAllMachines() throws IOException {
    Files.write(elsewhere.resolve("x.jsonl"), lines.subList(0, 2));

    assertThat(wrong()).contains("x: its log has no end");
  }

  @Test
  void looksAgainAtWhatChangedSince() throws IOException {
    assertThat(wrong()).isEmpty();

    lines.add(lines.getLast());
    save();

    assertThat(wrong()).isNotEmpty();
  }

  private List<String> wrong() {
    return trail.wrong(new EtcdSnapshot(etcd));
  }

  private void put(String key, String value) {
    etcd.put(key, new EtcdSnapshot.Value(ByteDigests.of(value), 1));
  }

  private void save() throws IOException {
    Files.write(folder.resolve("x.jsonl"), lines);
  }
}
