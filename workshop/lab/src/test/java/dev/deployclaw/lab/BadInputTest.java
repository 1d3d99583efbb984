package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What is wrong with what people write is named, and changes nothing. */
@Slow(
    guard = "dev.deployclaw.container.config.reader.ConfigReaderTest",
    because = "each input is read by a process of its own beside a real estate")
class BadInputTest extends SharedLabCases {
  @Test
  void aMalformedSkillSheetStopsTheStart() throws Exception {
    var skills = Files.createTempDirectory(folder, "skills");
    var sheet = Files.createDirectory(skills.resolve("my-limits")).resolve("SKILL.md");
    Files.writeString(sheet, "---\nname: my-limits\ndescription: [never closed\n---\n# Mine\n");
    var before = estate.etcd().allMoves();

    var ran =
        estate
            .agent(Map.of("DEPLOYCLAW_SKILLS_DIR", skills.toString()))
            .run("run", estate.change());

    assertThat(ran.exit()).as(ran.err()).isEqualTo(2);
    assertThat(ran.err()).containsPattern(sheet + ":\\d+: error: .*; \\w+");
    assertThat(estate.etcd().allMoves()).isEqualTo(before);
  }

  @Test
  void everyProblemOfAConfigurationIsNamedAtOnce() throws Exception {
    String text = Files.readString(estate.lab().config());
    var file = folder.resolve("wrong.yaml");
    Files.writeString(
        file,
        text.replace("gate: {default: auto}", "gates: {default: auto}")
            + "bounds: {lease: soon}\n");
    var before = estate.etcd().allMoves();

    var ran = estate.run("run", "--config", file.toString(), estate.change());

    assertThat(ran.exit()).as(ran.err()).isEqualTo(2);
    assertThat(ran.err())
        .containsPattern("wrong.yaml:\\d+: gates: is unknown; .*gate")
        .containsPattern("wrong.yaml:\\d+: bounds.lease: is not a duration; write for example");
    assertThat(estate.etcd().allMoves()).isEqualTo(before);
  }

  @Test
  void aConfigurationThatIsNotYamlNamesItsLine() throws Exception {
    var file =
        Files.writeString(folder.resolve("not.yaml"), "stateDir: here\netcd: {endpoints: [\n");

    var ran = estate.run("status", "--config", file.toString());
    var missing = estate.run("status", "--config", "/nowhere/at-all.yaml");

    assertThat(ran.exit()).as(ran.err()).isEqualTo(2);
    assertThat(ran.err()).containsPattern("not.yaml:[23]: .*is not YAML.*; correct this line");
    assertThat(missing.exit()).isEqualTo(2);
    assertThat(missing.err()).contains("/nowhere/at-all.yaml", "give another with --config FILE");
  }

  @Test
  void withoutAGatewayNothingIsChangedButLookedAt() throws Exception {
    String text = Files.readString(estate.lab().config());
    var file = estate.lab().config().resolveSibling("no-gateways.yaml");
    Files.writeString(file, text.substring(0, text.indexOf("\ngateways:") + 1));

    var ran = nothingMoves("run", "--json", "--config", file.toString(), estate.change());
    var scan = estate.run("scan", "--config", file.toString());

    assertThat(ran.exit()).as(ran.err()).isEqualTo(2);
    assertThat(ran.json().path("result").asText()).isEqualTo("REFUSED");
    assertThat(ran.json().path("reason").asText()).startsWith("no gateway is configured, ");
    assertThat(scan.out()).contains("no file gateway is configured");
  }

  @Test
  void aMalformedPolicyIsFoundByLooking() throws Exception {
    edited(
        "edge-eu/initech.yaml",
        text -> text.replace("requests: 120", "requests: many"),
        () -> {
          var scan = estate.run("scan");
          var validate = estate.run("validate");

          assertThat(scan.exit()).as(scan.err()).isEqualTo(8);
          assertThat(scan.out())
              .containsPattern("initech.yaml:\\d+:\\d+: spec.limits\\[0\\].requests: .*\\(");
          assertThat(validate.exit()).as(validate.err()).isEqualTo(8);
          assertThat(validate.out()).containsPattern("initech.yaml:\\d+:\\d+: ");
        });
  }

  @Test
  void aTenantWithAMalformedPolicyKeepsWhatIsCommitted() throws Exception {
    String before = estate.checker().rule("initech", "checkout");
    edited(
        "edge-eu/initech.yaml",
        text -> text.replace("requests: 120", "requests: many"),
        () ->
            edited(
                "edge-eu/acme.yaml",
                text -> text.replace("requests: 600", "requests: 660"),
                () -> {
                  var named =
                      nothingMoves(
                          "run", "--json", "set initech's checkout limit to 150 per minute");
                  var ran = estate.applyAll();

                  assertThat(named.exit()).as(named.err()).isEqualTo(8);
                  assertThat(named.json().path("result").asText()).isEqualTo("REFUSED");
                  assertThat(ran.exit()).as(ran.err()).isZero();
                  assertThat(ran.json().path("thought_log").toString())
                      .contains("tenant initech keeps its committed policy", "WARNING");
                  assertThat(estate.checker().rule("initech", "checkout")).isEqualTo(before);
                  assertThat(estate.checker().rule("acme", "checkout")).startsWith("tb 660 ");
                  estate.checker().assertWhole();
                }));
  }

  @Test
  void aSourceThatCantBeReadIsUnknownAndNotEmpty() throws Exception {
    var source = estate.lab().folder().resolve("policies/edge-ap");
    var away = Files.move(source, source.resolveSibling("away"));
    try {
      var ran = estate.applyAll();

      assertThat(ran.exit()).as(ran.err()).isZero();
      assertThat(ran.json().path("thought_log").toString())
          .contains("tenant tyrell is kept: not all sources can be read", "WARNING");
      assertThat(estate.checker().rule("tyrell", "checkout")).isNotEmpty();
    } finally {
      Files.move(away, source);
    }
  }

  @Test
  void aDocumentThatIsNotYamlRemovesNobody() throws Exception {
    edited(
        "edge-us/wayne.yaml",
        _ -> "spec: [\n",
        () -> {
          var ran = estate.applyAll();

          assertThat(ran.exit()).as(ran.err()).isZero();
          assertThat(ran.json().path("thought_log").toString()).contains("wayne.yaml", "WARNING");
          assertThat(estate.checker().rule("wayne", "search-long")).isNotEmpty();
        });
  }

  @Test
  void aNamedTenantWhoseDocumentIsNotYamlIsRefusedWithItsPlace() throws Exception {
    String before = estate.checker().rule("wayne", "search-long");
    edited(
        "edge-us/wayne.yaml",
        _ -> "spec: [\n",
        () -> {
          var named = nothingMoves("run", "--json", "set wayne's search limit to 150 per minute");
          var planned =
              nothingMoves("plan", "--json", "set wayne's search limit to 150 per minute");
          var applied = nothingMoves("run", "--json", "apply wayne's policies");
          var other = estate.run("run", "--json", estate.change());

          for (Ran ran : List.of(named, planned, applied)) {
            assertThat(ran.exit()).as(ran.err()).isEqualTo(8);
            assertThat(ran.json().path("reason").asText())
                .startsWith("the policy of wayne is invalid: ")
                .containsPattern(
                    "edge-us/wayne.yaml:2:1: not YAML: .* \\(correct the syntax here\\)");
          }
          assertThat(named.json().path("result").asText()).isEqualTo("REFUSED");
          assertThat(other.exit()).as(other.err()).isZero();
          assertThat(other.json().path("thought_log").toString()).contains("wayne.yaml", "WARNING");
          assertThat(estate.checker().rule("wayne", "search-long")).isEqualTo(before);
          estate.checker().assertWhole();
        });
  }

  @Test
  void aBrokenDocumentThatIsCalledAfterNobodyStillHasItsOwner() throws Exception {
    var file = estate.lab().folder().resolve("policies/edge-us/wayne.yaml");
    var other = Files.move(file, file.resolveSibling("some-limits.yaml"));
    String text = Files.readString(other);
    try {
      Files.writeString(other, "spec: [\n");

      var named = nothingMoves("run", "--json", "set wayne's search limit to 150 per minute");

      assertThat(named.exit()).as(named.err()).isEqualTo(8);
      assertThat(named.json().path("reason").asText())
          .containsPattern("some-limits.yaml:2:1: not YAML: .* it may define wayne");
    } finally {
      Files.writeString(other, text);
      Files.move(other, file);
    }
  }

  @Test
  void aNamedTenantHearsOfItsOwnErrorAndNotOfAnothers() throws Exception {
    UnaryOperator<String> dear = t -> t.replace("algorithm: token-bucket", "cost: 1000000");
    edited(
        "edge-eu/acme.yaml",
        dear,
        () ->
            edited(
                "edge-eu/initech.yaml",
                dear,
                () -> {
                  var named = nothingMoves("run", "--json", "apply initech's policies");
                  var all = estate.applyAll();

                  assertThat(named.exit()).as(named.err()).isEqualTo(8);
                  assertThat(named.json().path("reason").asText())
                      .startsWith("the policy of initech is invalid: ")
                      .containsPattern(
                          "edge-eu/initech.yaml:\\d+: limit checkout: a request costs 1000000, but"
                              + " .* \\(raise burst to 1000000 or more\\)")
                      .doesNotContain("acme");
                  assertThat(all.exit()).as(all.err()).isZero();
                  assertThat(all.json().path("thought_log").toString())
                      .contains("tenant acme keeps its committed policy: ", "WARNING");
                  assertThat(estate.checker().rule("acme", "checkout")).startsWith("tb ");
                }));
  }

  @Test
  void whatIsUnclearIsAskedAndWhatIsUnsafeIsRefused() {
    var unknown = nothingMoves("run", "--json", "set nosuch's search limit to 5 per minute");
    var unsafe = nothingMoves("run", "--json", "flush redis");

    assertThat(unknown.exit()).isEqualTo(3);
    assertThat(unknown.json().path("result").asText()).isEqualTo("NEEDS_CLARIFICATION");
    assertThat(unknown.err()).contains("? I don't know \"nosuch\"");
    assertThat(unsafe.exit()).isEqualTo(4);
    assertThat(unsafe.json().path("result").asText()).isEqualTo("REFUSED");
  }

  @Test
  void wrongUsageIsExplained() {
    for (String[] words :
        new String[][] {
          {}, {"dance"}, {"run"}, {"run", "--nope", "x"}, {"approve"}, {"lab", "up", "--gateways=0"}
        }) {
      var ran = estate.run(words);

      assertThat(ran.exit()).as(String.join(" ", words)).isEqualTo(2);
      assertThat(ran.err()).as(String.join(" ", words)).isNotBlank();
      assertThat(ran.out()).as(String.join(" ", words)).isEmpty();
    }
  }

  private static Ran nothingMoves(String... words) {
    var before = estate.etcd().moves();
    var ran = estate.run(words);
    assertThat(estate.etcd().moves()).isEqualTo(before);
    return ran;
  }

  /** What is done while a policy document is another. */
  @FunctionalInterface
  private interface Act {
    void run() throws IOException;
  }

  private static void edited(String document, UnaryOperator<String> edit, Act act)
      throws IOException {
    var file = estate.lab().folder().resolve("policies").resolve(document);
    String text = Files.readString(file);
    String other = edit.apply(text);
    assertThat(other).isNotEqualTo(text);
    Files.writeString(file, other);
    try {
      act.run();
    } finally {
      Files.writeString(file, text);
    }
  }
}
