package dev.deployclaw.lab;

import static dev.deployclaw.lab.DriftScanner.Found.ahead;
import static dev.deployclaw.lab.DriftScanner.Found.left;
import static dev.deployclaw.lab.DriftScanner.Found.unreachable;
import static dev.deployclaw.lab.DriftScanner.Found.wrong;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.DriftScanner.Found;
import dev.deployclaw.lab.fault.FaultTargets;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What somebody does by hand to one gateway, one configuration store or the state store, each kind
 * by itself: a look finds that and nothing else, a repair mends it or says why not, and a look
 * finds nothing.
 */
@Slow(
    guard = "dev.deployclaw.executors.gateway.FileGatewayExecutorTest",
    because = "it looks at a whole estate for each kind of drift")
class EdgeDriftTest extends OwnLabCases {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final long NEVER = 99;

  private static DriftScanner looking;
  private static long epoch;
  private static FolderGatewayProbe gateway;
  private static EtcdKeyspace store;

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
    looking = new DriftScanner(scene, "60s");
    epoch = looking.committed();
    gateway = scene.gateways().getFirst();
    store = new EtcdKeyspace(scene.config().configurationStores().getFirst().etcd());
  }

  @Test
  void gatewayWithoutALink() throws Exception {
    Files.delete(live());

    looking.finds(wrong("missing", gateway.member(), "has no file behind the link live"));
    looking.repairs();
  }

  @Test
  void gatewayWhoseFileWasChanged() throws Exception {
    write(gateway.liveFile() + "# changed by hand\n");

    looking.finds(
        wrong("different", gateway.member(), "its file was changed after the agent wrote it"));
    looking.repairs();
  }

  @Test
  void gatewayThatRunsAnotherFileThanIsLinked() throws Exception {
    link("epochs/0");

    looking.finds(
        wrong("different", gateway.member(), "runs another file than the one that is linked"));
    looking.repairs();
  }

  @Test
  void gatewayThatRunsAFileByHand() throws Exception {
    link("epochs/0");
    reload();

    looking.finds(
        wrong("not-enforced", gateway.member(), "runs a file that the agent didn't write"));
    looking.repairs();
  }

  /** Its digest was made to fit: by itself nothing is wrong with it. */
  @Test
  void gatewayWithAnotherFileThatAgreesWithItself() throws Exception {
    write(ForgedGatewayFile.of(gateway.liveFile().replace("auth_request /", "# auth_request /")));
    reload();

    looking.finds(wrong("different", gateway.member(), "the live file is not the committed one"));
    looking.repairs();
    assertThat(gateway.ask("initech", "/checkout/1").header("RateLimit")).isPresent();
  }

  @Test
  void gatewayAtAnEarlierEpoch() throws Exception {
    copyEpoch(epoch - 1);
    link("epochs/" + (epoch - 1));

    looking.finds(
        wrong(
            "behind",
            gateway.member(),
            "is at epoch %d instead of %d".formatted(epoch - 1, epoch)));
    looking.repairs();
  }

  @Test
  void gatewayAtAnEpochThatNobodyCommitted() throws Exception {
    copyEpoch(NEVER);
    link("epochs/" + NEVER);

    looking.finds(
        ahead(gateway.member(), "is at epoch %d instead of %d".formatted(NEVER, epoch)),
        left(gateway.member(), "an epoch without a change in epochs/" + NEVER));
    looking.cannotRepair(gateway.member(), "REGRESSED");
    link("epochs/" + epoch);
    remove(NEVER);
    looking.clean();
  }

  @Test
  void gatewayWithTheFenceOfALeaderThatNeverWas() throws Exception {
    var fence = gateway.entry().folder().resolve("fence");
    String ours = Files.readString(fence);
    Files.writeString(fence, NEVER + " " + epoch);

    looking.finds(ahead(gateway.member(), "term " + NEVER));
    looking.cannotRepair(gateway.member(), "REGRESSED");
    Files.writeString(fence, ours);
    looking.clean();
  }

  @Test
  void gatewayWithAnEpochThatBelongsToNoChange() throws Exception {
    copyEpoch(NEVER);

    looking.finds(left(gateway.member(), "an epoch without a change in epochs/" + NEVER));
    looking.leaves();
    remove(NEVER);
    looking.clean();
  }

  @Test
  void gatewayThatDoesNotAnswer() {
    var nginx = daemon("gateways/" + gateway.name());
    nginx.kill();

    looking.finds(unreachable(gateway.member()));
    nginx.restart();
    nginx.leave();
    BoundedWait.until("it answers", SOON, EdgeDriftTest::answers);
    looking.clean();
  }

  @Test
  void storeThatServesNothing() {
    store.delete("active");

    looking.finds(wrong("missing", member(), "holds none of the agent's policy sets"));
    looking.repairs();
  }

  @Test
  void storeWithADocumentThatWasChanged() {
    String key = "epochs/" + epoch + "/tenants/umbrella";
    store.put(key, store.text(key).orElseThrow() + "# changed by hand\n");

    looking.finds(
        wrong("different", member(), "the stored copy of epoch " + epoch + " was changed"));
    looking.repairs();
  }

  /** Its manifest was made to fit: by itself nothing is wrong with it. */
  @Test
  void storeWithADocumentThatWasChangedWithItsManifest() {
    String prefix = "epochs/" + epoch + "/";
    String key = prefix + "tenants/umbrella";
    store.put(key, store.text(key).orElseThrow() + "# changed by hand\n");
    store.put(prefix + "manifest", manifest(prefix + "tenants/"));

    looking.finds(
        wrong("different", member(), "the stored copy of epoch " + epoch + " was changed"));
    looking.repairs();
  }

  @Test
  void storeAtAnEarlierEpoch() {
    String digest = store.json("epochs/" + (epoch - 1) + "/manifest").path("digest").asText();
    store.put("active", "{\"digest\":\"%s\",\"epoch\":%d}".formatted(digest, epoch - 1));

    looking.finds(
        wrong("behind", member(), "is at epoch %d instead of %d".formatted(epoch - 1, epoch)));
    looking.repairs();
  }

  @Test
  void storeAtAnEpochThatNobodyCommitted() {
    String ours = store.text("active").orElseThrow();
    store.put("active", ours.replace("\"epoch\":" + epoch, "\"epoch\":" + NEVER));
    serve(NEVER);

    looking.finds(
        ahead(member(), "is at epoch %d instead of %d".formatted(NEVER, epoch)),
        left(member(), "an epoch without a change in epochs/" + NEVER));
    looking.cannotRepair(member(), "REGRESSED");
    store.put("active", ours);
    store.delete("epochs/" + NEVER + "/");
    looking.clean();
  }

  @Test
  void storeWithAnEpochThatBelongsToNoChange() {
    serve(NEVER);

    looking.finds(left(member(), "an epoch without a change in epochs/" + NEVER));
    looking.leaves();
    store.delete("epochs/" + NEVER + "/");
    looking.clean();
  }

  @Test
  void storeWithAKeyThatIsNotOurs() {
    store.put("notes", "by hand");

    looking.finds(left(member(), "a key that the agent didn't write: notes"));
    looking.leaves();
    store.delete("notes");
    looking.clean();
  }

  /** The services notice it too, each when it reads there again. */
  @Test
  void stateStoreWithoutTheCommittedSet() {
    String key = "policy/" + epoch + "/manifest";
    byte[] ours = Objects.requireNonNull(scene.keys().below(key).get(key));
    scene.keys().delete(key);

    looking.findsAmong(
        new Found("missing", "error", "etcd", "is missing or damaged", "from a backup"));
    scene.keys().put(key, ours);
    BoundedWait.until("the services hold it again", SOON, () -> looking.run("drift").exit() == 0);
  }

  /**
   * Near misses: what isn't read, older epochs, the same file again, other keys of the same etcd.
   */
  @Test
  void whatNobodyReadsAndTheSameAgainAreNoDifference() throws Exception {
    Files.writeString(gateway.entry().folder().resolve("notes"), "by hand");
    Files.createDirectories(gateway.entry().folder().resolve("epochs/notes"));
    copyEpoch(epoch - 1);
    write(gateway.liveFile());
    reload();
    store.put("active", store.text("active").orElseThrow());
    store.elsewhere("/services/lab2/").put("active", "{\"epoch\":" + NEVER + "}");

    looking.clean();
  }

  private static Path live() {
    return gateway.entry().folder().resolve("live");
  }

  private static void link(String target) throws IOException {
    Files.deleteIfExists(live());
    Files.createSymbolicLink(live(), Path.of(target));
  }

  private static void write(String text) throws IOException {
    Files.writeString(live().resolve("nginx.conf"), text);
  }

  private static void copyEpoch(long to) throws IOException {
    var there = gateway.entry().folder().resolve("epochs/" + to);
    Files.createDirectories(there);
    Files.writeString(there.resolve("nginx.conf"), gateway.liveFile());
  }

  private static void remove(long of) throws IOException {
    var there = gateway.entry().folder().resolve("epochs/" + of);
    Files.delete(there.resolve("nginx.conf"));
    Files.delete(there);
  }

  /** As an operator does it, and until the workers of before are gone. */
  private static void reload() {
    var before = List.copyOf(gateway.workers());
    daemon("gateways/" + gateway.name()).hangUp();
    BoundedWait.until(
        "other workers run", SOON, () -> gateway.workers().stream().noneMatch(before::contains));
    BoundedWait.until("it answers", SOON, EdgeDriftTest::answers);
  }

  /** Whatever it says. */
  private static boolean answers() {
    try {
      return gateway.ask("wonka", "/orders/1").status() > 0;
    } catch (UncheckedIOException | IllegalStateException e) {
      return false;
    }
  }

  private static DaemonProcess daemon(String name) {
    return Objects.requireNonNull(FaultTargets.in(scene.lab().folder()).all().get(name), name);
  }

  private static String member() {
    return "configuration/" + scene.config().configurationStores().getFirst().name();
  }

  /** What the store serves, under another number. */
  private static void serve(long as) {
    String from = "epochs/" + epoch + "/";
    store
        .below(from)
        .forEach(
            (key, value) -> store.put("epochs/" + as + "/" + key.substring(from.length()), value));
  }

  /** A manifest that fits the documents that are there. */
  private static String manifest(String prefix) {
    var all = new ByteArrayOutputStream();
    var documents = store.below(prefix);
    documents.forEach((key, text) -> {
      String tenant = key.substring(prefix.length());
      all.writeBytes((tenant + "\0" + text.length + "\0").getBytes(StandardCharsets.UTF_8));
      all.writeBytes(text);
    });
    var manifest =
        Map.of(
            "digest", scene.active().path("digest").asText(),
            "tenants", documents.size(),
            "sha256", CanonicalJson.sha256(all.toByteArray()));
    return new String(CanonicalJson.bytes(manifest), StandardCharsets.UTF_8);
  }
}
