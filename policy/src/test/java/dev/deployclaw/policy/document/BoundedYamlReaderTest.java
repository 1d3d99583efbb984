package dev.deployclaw.policy.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.parse.DocumentFixtures;
import dev.deployclaw.policy.parse.PolicyDocumentReader;
import org.junit.jupiter.api.Test;

class BoundedYamlReaderTest {
  @Test
  void refusesAnEmptyDocument() {
    assertThat(problem("")).contains("the document is empty");
    assertThat(problem("# only a comment\n")).contains("the document is empty");
  }

  @Test
  void refusesASecondDocument() {
    assertThat(problem("a: 1\n---\nb: 1\n")).startsWith("x:2:1: a second document");
  }

  @Test
  void saysWhereTheSyntaxIsWrong() {
    assertThat(problem("a: 1\nb: [1, 2\nc: 3\n")).startsWith("x:3:").contains("not YAML");
    assertThat(problem("a: \"open")).contains("not YAML");
    assertThat(problem("a: \u0007")).contains("not YAML");
    assertThat(problem("\tb: 1")).contains("not YAML");
  }

  @Test
  void refusesAliasesAnchorsAndTags() {
    assertThat(problem("a: &x [1]\nb: *x\n")).contains("x:1:4: anchors and aliases");
    assertThat(problem("a: *x\n")).contains("anchors and aliases");
    assertThat(problem("a: !!java.lang.Object {}\n")).contains("the tag");
  }

  @Test
  void refusesKeysThatAreNotText() {
    assertThat(problem("? [a]\n: b\n")).contains("a key that isn't text");
  }

  @Test
  void boundsSizeDepthAndCount() {
    assertThat(problem("a".repeat(YamlDialect.POLICY.characters() + 1))).contains("characters");
    assertThat(problem("[".repeat(100_000))).contains("nested deeper than 12");
    assertThat(problem("[" + "1,".repeat(YamlDialect.POLICY.nodes()) + "]"))
        .contains("more than 20000");
  }

  @Test
  void refusesWhatIsNoMapping() {
    assertThat(problem("hello")).contains("a mapping was expected, not text");
    assertThat(problem("- a")).contains("a mapping was expected, not a list");
  }

  @Test
  void skipsAByteOrderMark() {
    String text = DocumentFixtures.of("acme", "[]");

    assertThat(PolicyDocumentReader.parse("x", "\uFEFF" + text).problems()).isEmpty();
  }

  private static String problem(String text) {
    return PolicyDocumentReader.parse("x", text).problems().getFirst().text();
  }
}
