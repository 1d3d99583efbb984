package dev.deployclaw.container.confinement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.container.confinement.RefusalRecord.Refusal;
import dev.deployclaw.container.confinement.RefusalRecord.RefusedCall;
import dev.deployclaw.testkit.process.SystemTool;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Messages as Linux 6.18 writes them. */
class RefusalLogTest {
  private static final Instant BEGUN = Instant.ofEpochSecond(1_795_000_000);
  private static final String OWNER =
      "domain=19a status=allocated mode=enforcing pid=4711 uid=10004 exe=\"/jdk/bin/java\""
          + " comm=\"java\"";
  private static final String SHADOW =
      "domain=19a blockers=fs.read_file path=\"/etc/shadow\" dev=\"vda\" ino=7";

  /** No process has such a number. */
  private static final long GONE = 2_000_000_000L;

  private final RefusalLog log = new RefusalLog();
  private int serial;

  @Test
  void namesWhatLackedWithoutWhatTheProcessChose() {
    take(1423, SHADOW);
    take(1424, OWNER);
    take(1423, "domain=19a blockers=net.connect_tcp daddr=127.0.0.1 dest=6380");
    take(1423, "domain=19a blockers=fs.make_reg,fs.refer path=2F746D702F61 dev=\"vda\" ino=8");

    assertThat(told().orElseThrow())
        .extracting(Refusal::rights)
        .containsExactly(
            List.of("fs.read_file"),
            List.of("net.connect_tcp"),
            List.of("fs.make_reg", "fs.refer"));
    assertThat(told().orElseThrow())
        .first()
        .isEqualTo(
            new Refusal("1795000000.250:0", BEGUN.plusMillis(250), "19a", List.of("fs.read_file")));
  }

  @Test
  void leavesOutThatTheJdkAsksWhenAChildBegan() {
    take(1423, "domain=19a blockers=fs.read_file path=\"/proc/42/stat\" dev=\"proc\" ino=5");
    take(1424, OWNER);
    assertThat(told()).contains(List.of());

    take(1423, "domain=19a blockers=fs.read_file path=\"/proc/42/environ\" dev=\"proc\" ino=6");
    assertThat(told().orElseThrow()).hasSize(1);
  }

  @Test
  void knowsAMessageAgainThatComesByBothWays() {
    take(1424, OWNER);
    serial = 7;
    take(1423, SHADOW + "\0");
    serial = 7;
    take(1423, SHADOW + "\n SUBSYSTEM=x\n");

    assertThat(told().orElseThrow()).hasSize(1);
  }

  /** Of the log, which repeats no more than ten messages in five seconds. */
  @Test
  void knowsWhoCalledWhereItWasNotToldWhoLaidTheRules() {
    take(1423, SHADOW);
    serial--;
    take(
        1300,
        "arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c items=0 ppid=4700 pid=4711"
            + " auid=4294967295 uid=10004 comm=\"x ppid=1 pid=4712 auid=\"");

    assertThat(told().orElseThrow()).hasSize(1);
    assertThat(log.domain(4700, BEGUN)).isEmpty();
    assertThat(log.domain(4712, BEGUN)).isEmpty();
  }

  @Test
  void isSilentAboutOthersAndWhoWasThereBefore() {
    take(1423, SHADOW);
    assertThat(told()).as("of no process yet").isEmpty();
    take(1424, OWNER);

    assertThat(log.domain(4712, BEGUN)).isEmpty();
    assertThat(log.domain(4711, BEGUN.plusSeconds(60))).isEmpty();
  }

  @Test
  void takesNoRecordFromOtherText() {
    take(1424, OWNER);
    log.take("audit: type=1326 audit(1795000000.250:3): pid=4711 comm=\"audit: type=1423\" sig=31");
    log.take("x audit: type=1423 audit(1795000000.250:4): " + SHADOW);
    take(1423, "domain=19a blockers=FS path=\"/\"");
    take(1423, "domain=19a status=deallocated denials=3");

    assertThat(told()).contains(List.of());
  }

  @Test
  void namesAStoppedCallByItsNumberAlone() {
    watch(4711);
    watch(4712);
    log.watch(4713, BEGUN.plusSeconds(60), OptionalInt.empty());
    take(1326, stopped(4711, "c000003e syscall=41", "50000"));
    take(1326, stopped(4711, "c00000b7 syscall=279", "50000"));
    take(1326, stopped(4711, "40000003 syscall=26", "80000000"));
    take(1326, stopped(4711, "c000003e syscall=1073741825", "80000000"));
    take(1326, stopped(4712, "c000003e syscall=101", "80000000"));
    take(1326, stopped(4713, "c000003e syscall=101", "80000000"));

    assertThat(log.calls(4711))
        .extracting(RefusedCall::call, RefusedCall::fatal)
        .containsExactlyInAnyOrder(
            tuple("socket", false), tuple("memfd_create", false), tuple("other", true));
    assertThat(log.calls(4712)).extracting(RefusedCall::call).containsExactly("ptrace");
    assertThat(log.calls(4713)).as("of an earlier process").isEmpty();
  }

  @Test
  void takesNoStoppedCallFromTextThatAProcessChose() {
    String line = stopped(4711, "c000003e syscall=41", "50000");
    watch(4711);
    watch(4712);
    take(1326, line.replace("comm=\"java\"", "comm=\"a\" pid=4712 comm=\"b\""));
    take(1326, line.replace("gid=9", "gid=9 pid=4712 comm=\"x\""));
    take(1326, line + " code=0x50000");
    take(1326, line.replace("0x50000", "0x7ffc0000"));
    take(1327, line);

    assertThat(log.calls(4711)).isEmpty();
    assertThat(log.calls(4712)).isEmpty();

    take(1326, line.replace("ses=1", "ses=1 subj=docker-default (enforce)"));
    take(1326, line.replace("\"java\"", "6A2061").replace("\"/jdk/bin/java\"", "(null)") + "\0");
    assertThat(log.calls(4711)).hasSize(1);
  }

  @Test
  void aCallOfAChildIsOfTheProcessThatStartedItToo() throws IOException {
    long self = ProcessHandle.current().pid();
    watch(self);
    log.watch(4712, BEGUN, OptionalInt.of(9));
    var child = new ProcessBuilder("sleep", "60").start();
    try {
      take(1326, stopped(child.pid(), "c000003e syscall=41", "50000"));
    } finally {
      child.destroyForcibly();
    }
    assertThat(log.calls(self)).extracting(RefusedCall::pid).containsExactly(child.pid());
    assertThat(log.calls(4712)).as("of that user, but of another host").isEmpty();
  }

  @Test
  void aRuleTellsWhatAnotherCheckRefused() {
    watch(4711);
    takeRuled(4711, "deployclaw-openat");
    takeRuled(4711, "deployclaw-openat");
    takeRuled(4711, "deployclaw-tried-openat");
    takeRuled(4711, "access");
    takeRuled(4711, "deployclaw-open at");

    assertThat(log.calls(4711))
        .extracting(RefusedCall::call, RefusedCall::tried)
        .containsExactlyInAnyOrder(tuple("openat", false), tuple("openat", true));
  }

  @Test
  void takesNoRuleFromTextThatAProcessChose() {
    String line = ToldRecords.ruled(4711, "deployclaw-openat").substring(5);
    watch(4711);
    watch(4712);
    take(1300, line.replace("\"x\"", "\"a\" pid=4712 key=\"deployclaw-openat\""));
    take(1300, line.replace("comm=\"x\"", "comm=\"x\" ppid=1 pid=4712 auid=1 uid=9 comm=\"x\""));
    take(1300, line.replace("key=\"deployclaw-openat\"", "key=(null)"));
    take(1300, line + " key=(null)");
    assertThat(log.calls(4711)).isEmpty();
    assertThat(log.calls(4712)).isEmpty();

    take(1300, line.replace("\"x\"", "6A2061").replace("\"/x\"", "(null) subj=a (enforce)") + "\0");
    assertThat(log.calls(4711)).hasSize(1);
  }

  @Test
  void aRuleHasNoMoreToTellOfWhatLandlockRefused() {
    watch(4711);
    take(1423, SHADOW);
    serial--;
    takeRuled(4711, "deployclaw-openat");
    take(1423, "domain=19a blockers=fs.read_file path=\"/proc/42/stat\" dev=\"proc\" ino=5");
    serial--;
    takeRuled(4711, "deployclaw-openat");

    assertThat(log.calls(4711)).isEmpty();
    assertThat(told().orElseThrow()).as("known by the call").hasSize(1);
  }

  private void takeRuled(long pid, String key) {
    take(1300, ToldRecords.ruled(pid, key).substring(5));
  }

  /** It forks, tries and ends before its record is read. */
  @Test
  void aCallOfAChildThatHasEndedIsFoundByItsUser() {
    log.watch(4711, BEGUN, OptionalInt.of(9));
    log.watch(4712, BEGUN, OptionalInt.of(10));
    log.watch(4713, BEGUN, OptionalInt.empty());
    take(1326, stopped(GONE, "c000003e syscall=165", "80000000"));
    take(1326, stopped(GONE, "c000003e syscall=101", "50000"));

    assertThat(log.calls(4711))
        .as("without what another start's probe asks")
        .extracting(RefusedCall::call)
        .containsExactly("mount");
    assertThat(log.calls(4712)).isEmpty();
    assertThat(log.calls(4713)).isEmpty();
  }

  @Test
  void anotherStartsProbeIsNoCallOfAHost() {
    log.watch(4711, BEGUN, OptionalInt.of(9));
    takeRuled(GONE, "deployclaw-probe");
    assertThat(log.calls(4711)).isEmpty();

    takeRuled(4711, "deployclaw-probe");
    assertThat(log.calls(4711)).singleElement().matches(RefusedCall::isProbe);
  }

  /** An operator who becomes that user, or the host of another agent. */
  @Test
  void whatAnotherUsersProgramStartedIsNoHostsWhileItIsThere() throws IOException {
    assumeTrue(SystemTool.isRoot(), "only root becomes another user");
    var host = new ProcessBuilder("cat").start();
    var other = new ProcessBuilder("setpriv", "--reuid=41233", "--clear-groups", "cat").start();
    try (var words = other.outputWriter();
        var answers = other.inputReader()) {
      words.write("it has that user now\n");
      words.flush();
      assertThat(answers.readLine()).isNotEmpty();
      log.watch(4711, BEGUN, OptionalInt.of(41_233));
      log.watch(host.pid(), BEGUN, OptionalInt.of(41_233));
      take(1300, ruledOf(other.pid(), 41_233));
      take(1300, ruledOf(GONE, 41_233).replace("-openat", "-kill"));
    } finally {
      host.destroyForcibly();
      other.destroyForcibly();
    }
    assertThat(log.calls(4711)).extracting(RefusedCall::call).containsExactly("kill");
    assertThat(log.calls(host.pid()))
        .as("whose starter may have adopted it")
        .extracting(RefusedCall::call)
        .containsExactlyInAnyOrder("kill", "openat");
  }

  private static String ruledOf(long pid, int user) {
    return ToldRecords.ruled(pid, "deployclaw-openat")
        .substring(5)
        .replace(" uid=9 ", " uid=" + user + " ");
  }

  @Test
  void keepsTheLastCallOfANameWhateverOthersDo() {
    watch(4711);
    IntStream.range(0, 1_000)
        .forEach(_ -> take(1326, stopped(4711, "c000003e syscall=41", "50000")));
    serial = 5_000;
    IntStream.range(0, 2_000)
        .forEach(i -> take(1326, stopped(GONE + i, "c000003e syscall=41", "50000")));

    assertThat(log.calls(4711))
        .singleElement()
        .extracting(RefusedCall::event)
        .isEqualTo("1795000000.250:999");
  }

  /** The audit's socket and the kernel's log are read by two threads. */
  @Test
  void aRecordThatComesLateReplacesNoLaterOne() {
    watch(4711);
    String record = stopped(4711, "c000003e syscall=41", "50000");
    log.take("audit: type=1326 audit(1795000009.000:9): " + record);
    log.take("audit: type=1326 audit(1795000008.000:8): " + record);

    assertThat(log.calls(4711)).extracting(RefusedCall::at).containsExactly(BEGUN.plusSeconds(9));
  }

  private void watch(long pid) {
    log.watch(pid, BEGUN, OptionalInt.empty());
  }

  private static String stopped(long pid, String call, String code) {
    return ("auid=1 uid=9 gid=9 ses=1 pid=%d comm=\"java\" exe=\"/jdk/bin/java\" sig=0 arch=%s compat=0"
            + " ip=0x7f077c0ba6f9 code=0x%s")
        .formatted(pid, call, code);
  }

  @Test
  void keepsNoMoreThanItsBoundsAllow() {
    take(1424, OWNER);
    IntStream.range(0, 1_000).forEach(_ -> take(1423, SHADOW));
    assertThat(told().orElseThrow()).hasSize(64);

    IntStream.range(0, 2_000)
        .forEach(i -> take(1423, "domain=%x blockers=fs.execute path=\"/\"".formatted(4096 + i)));
    assertThat(told()).as("silent for the longest time").isEmpty();
  }

  private Optional<List<Refusal>> told() {
    return log.domain(4711, BEGUN).map(log::of);
  }

  private void take(int type, String text) {
    log.take("audit: type=%d audit(1795000000.250:%d): %s".formatted(type, serial++, text));
  }
}
