package dev.deployclaw.container.plugin.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.plugin.ExamplePlugin;
import dev.deployclaw.container.plugin.contract.PromiseResult.Verdict;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kit at plugins that break one promise each: just that line is red, and what follows from it.
 */
@Slow(
    guard = "dev.deployclaw.container.plugin.contract.PluginContractTest",
    because = "it starts a plugin some two hundred times")
class FaultyPluginTest {
  @TempDir Path folder;

  /**
   * A fault.
   *
   * @param text of the example
   * @param by what stands there instead
   * @param broken the promises that it breaks
   */
  record Fault(String text, String by, Set<String> broken) {
    static Fault of(String text, String by, String... broken) {
      return new Fault(text, by, Set.of(broken));
    }

    @Override
    public String toString() {
      return broken.toString();
    }
  }

  static Stream<Fault> faults() {
    return Stream.of(host(), votes(), publishing(), restoring()).flatMap(List::stream);
  }

  private static List<Fault> host() {
    String declared =
        "if verb not in self.operations or (kind == \"look\") == (verb in PARTICIPANT):";
    return List.of(
        Fault.of("server.start()\n", "raise SystemExit(\"no luck\")\n", "start"),
        Fault.of("incarnation=self.incarnation, ", "", "handshake"),
        Fault.of("<= REVISION <= request.newest_revision", "> 0", "revisions"),
        Fault.of("\"stage\": wire.STAGE", "\"stage\": wire.OBSERVE", "operations"),
        Fault.of("if not hmac", "if sealed.seal and not hmac", "seal"),
        Fault.of("if not hmac.compare_digest(seal, sealed.seal):", "if False:", "seal", "edit"),
        Fault.of("if grant in self.used:", "if False:", "single-use"),
        Fault.of("if expires <= now:", "if False:", "expiry"),
        Fault.of("if call.executor != self.name:", "if False:", "executor"),
        Fault.of(declared, "if (kind == \"look\") == (verb in PARTICIPANT):", "undeclared"),
        Fault.of(declared, "if verb not in self.operations:", "look"),
        Fault.of("and not call.purpose.execution", "and False", "purpose"),
        Fault.of("while sys.stdin.read(1):", "while True:", "end"));
  }

  private static List<Fault> votes() {
    String staged = "if there is not None and there[0] != wanted[0]:";
    return List.of(
        Fault.of(
            "return self.report(YES)\n        digest, epoch",
            "return self.report(NO, reason=\"nothing\")\n        digest, epoch",
            "observe"),
        Fault.of(
            "why = self.unstaged(epoch, wanted) or",
            "why = self.folder.staged(epoch) and self.unstaged(epoch, wanted) or",
            "unstaged",
            "discard"),
        Fault.of(staged, "if there is not None:", "stage"),
        Fault.of(staged, "if False:", "one-set"),
        Fault.of("if hashlib.sha256(data).hexdigest() != digest:", "if False:", "digest"),
        Fault.of("return \"\" if there == wanted else", "return \"\" if there else", "vote"),
        Fault.of("self.folder.write(self.folder.epoch(epoch), None)", "pass", "discard"),
        Fault.of(
            "return self.report(NO, reason=why) if why", "return self.report(NO) if why", "bounds"),
        Fault.of(
            "if why else self.report(YES, wanted[0])",
            "if why else wire.MemberReport(member=\"x/y\", answer=YES, digest=wanted[0], facts=\"{}\")",
            "members"));
  }

  private static List<Fault> publishing() {
    String folders = "os.makedirs(os.path.join(path, \"epochs\"), exist_ok=True)";
    return List.of(
        Fault.of("if epoch == self.folder.fence()[1]:", "if False:", "kept"),
        Fault.of("if answer == wanted[1]:", "if True:", "inert", "truth", "crash"),
        Fault.of("if fence.term < term:", "if False:", "old-term", "fence"),
        Fault.of("if epoch is not None and epoch < newest:", "if False:", "old-epoch"),
        Fault.of(folders, folders + "\n        self.write(self.mark, None)", "fence"),
        Fault.of(
            folders,
            "import shutil; shutil.rmtree(os.path.join(path, \"epochs\"), True)\n        "
                + folders,
            "durable",
            "crash"),
        Fault.of(
            "self.folder.write(self.folder.limits, wanted[1])",
            "open(self.folder.limits, \"wb\").write(b\"{\"); time.sleep(0.2)\n            "
                + "self.folder.write(self.folder.limits, wanted[1])",
            "crash"),
        Fault.of(
            "with self.folder.locked():\n            return [getattr",
            "if activation.back and not activation.HasField(\"restores_sha256\"):"
                + " raise Refused(wire.Fault.INVALID, \"no way back\")"
                + "\n        with self.folder.locked():\n            return [getattr",
            "way-back"));
  }

  private static List<Fault> restoring() {
    return List.of(
        Fault.of(") if mine else None", ") if mine else (digest, None)", "unseen"),
        Fault.of(
            "self.folder.write(self.folder.limits, wanted[1])",
            "self.folder.write(self.folder.limits, wanted[1] or b\"{}\")",
            "restore"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void showsJustWhatAFaultBreaks(Fault fault) throws Exception {
    try (var example = ExamplePlugin.in(folder)) {
      example.patch(fault.text(), fault.by());

      var results = PluginContractTest.run(example, folder);

      assertThat(broken(results)).as(results.toString()).isEqualTo(fault.broken());
    }
  }

  static Set<String> broken(List<PromiseResult> results) {
    return results.stream()
        .filter(r -> r.verdict() == Verdict.BROKEN)
        .map(PromiseResult::promise)
        .collect(Collectors.toSet());
  }
}
