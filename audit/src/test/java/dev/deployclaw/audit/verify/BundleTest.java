package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders as {@code audit bundle} writes them, given to both verifiers as an auditor would. */
class BundleTest {
  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final String CHAIN = "chain.json";
  private static final String LOG = "rollback.json";

  @TempDir Path folder;
  private HeadSigner signer;
  private Path bundle;

  /** How a program ended, and what it printed, without the words for people. */
  private record Ran(int exit, List<String> out) {}

  @BeforeEach
  void write() throws IOException {
    signer = HeadSigner.open(folder.resolve("state"));
    bundle = Files.createDirectory(folder.resolve("bundle"));
    var all = Bundles.of(signer);
    Files.write(bundle.resolve(CHAIN), all.chains().getFirst());
    for (String name : Bundles.NAMES) {
      Files.write(bundle.resolve(name + ".json"), all.log(name));
    }
  }

  @Test
  void saysHowManyLogsAndLinksHold() throws Exception {
    assertThat(both(bundle.toString())).isEqualTo(new Ran(0, List.of("links 3, logs 3")));
    assertThat(both(bundle.resolve(LOG).toString()))
        .isEqualTo(new Ran(0, List.of("links 0, logs 1")));
  }

  @Test
  void noticesThatTheChainIsGone() throws Exception {
    Path kept = Files.move(bundle.resolve(CHAIN), folder.resolve("kept.json"));
    Files.delete(bundle.resolve(LOG));

    assertThat(both(bundle.toString())).isEqualTo(new Ran(9, List.of("no-chain 0")));
    assertThat(both("--without-chain", bundle.toString()))
        .isEqualTo(new Ran(0, List.of("links 0, logs 2")));
    assertThat(both("--chain", kept.toString(), bundle.toString()))
        .isEqualTo(new Ran(9, List.of("missing 1")));
  }

  @Test
  void aFolderWithoutALogIsWrongUsage() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path above = Files.createDirectory(folder.resolve("above"));
    Files.createDirectory(above.resolve("below"));
    Files.copy(bundle.resolve(LOG), above.resolve("below").resolve(LOG));
    Path bare = Files.createDirectory(folder.resolve("bare"));
    Files.copy(bundle.resolve(CHAIN), bare.resolve(CHAIN));

    for (Path wrong : List.of(empty, above, bare)) {
      assertThat(both(wrong.toString())).isEqualTo(new Ran(2, List.of("unreadable")));
      assertThat(both("--without-chain", bundle.toString(), wrong.toString()))
          .isEqualTo(new Ran(2, List.of("unreadable")));
    }
  }

  @Test
  void whatCantBeReadIsWrongUsage() throws Exception {
    String nothing = folder.resolve("nothing.json").toString();

    assertThat(both(nothing)).isEqualTo(new Ran(2, List.of("unreadable")));
    assertThat(both("--chain", nothing, bundle.toString()).exit()).isEqualTo(2);
    assertThat(both("--chain", bundle.resolve(CHAIN).toString(), "--why").exit()).isEqualTo(2);
    assertThat(both("--key").exit()).isEqualTo(2);
  }

  @Test
  void saysWhatIsTooLarge() throws Exception {
    Path large = bundle.resolve("large.json");
    try (var file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(StrictJson.MOST_BYTES + 1L);
    }

    assertThat(both(bundle.toString())).isEqualTo(new Ran(9, List.of("too-large 0")));
  }

  /** A log may have as many records as a journal takes. */
  @Test
  void readsAsManyRecordsAsThereMayBe() {
    for (String name : RealLogs.NAMES) {
      long records = RealLogs.records(name).size();
      if (records > 10) {
        assertThat(RealLogs.bytes(name).length / records * 100_000)
            .isLessThan(StrictJson.MOST_BYTES);
      }
    }
  }

  @Test
  void saysOnceThatAChainIsNewer() throws Exception {
    String chain = Files.readString(bundle.resolve(CHAIN));
    Files.writeString(
        bundle.resolve(CHAIN), chain.replace("\"schema_version\": 1", "\"schema_version\": 2"));

    assertThat(both(bundle.resolve(LOG).toString(), "--chain", bundle.resolve(CHAIN).toString()))
        .isEqualTo(new Ran(9, List.of("newer-version 1", "unchained 1")));
  }

  /** What both say. */
  private Ran both(String... words) throws Exception {
    assumeTrue(Python.isThere(), "python3 isn't installed");
    var given = new ArrayList<>(List.of("--key", signer.publicKey()));
    given.addAll(List.of(words));
    var java = java(given);
    assertThat(python(given)).isEqualTo(java);
    return java;
  }

  private static Ran java(List<String> words) {
    var out = new ByteArrayOutputStream();
    var err = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    int exit = VerifierMain.run(words, new PrintStream(out, true, StandardCharsets.UTF_8), err);
    return new Ran(exit, told(out.toString(StandardCharsets.UTF_8)));
  }

  private static Ran python(List<String> words) {
    var command = new ArrayList<>(List.of("python3", Python.PROGRAM));
    command.addAll(words);
    var run = CommandRunner.of(command).within(LONGEST).run();
    return new Ran(run.exit(), told(run.out()));
  }

  /** The findings' codes and numbers, or how much was checked. */
  private static List<String> told(String lines) {
    var out = new TreeSet<String>();
    for (String line : lines.lines().toList()) {
      var said = Bundles.parsed(line.getBytes(StandardCharsets.UTF_8));
      String found = said.containsKey("seq") ? said.get("code") + " " + said.get("seq") : "";
      String checked = "links " + said.get("links") + ", logs " + said.get("logs");
      out.add(
          said.containsKey("links")
              ? checked
              : found.isEmpty() ? String.valueOf(said.get("code")) : found);
    }
    return List.copyOf(out);
  }
}
