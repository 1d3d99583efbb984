package dev.deployclaw.audit.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.deployclaw.audit.OfflinePageCases;
import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page in a real browser without a network. */
class LogHtmlRendererTest extends OfflinePageCases {
  private static final String EVIL = "</script><img src=x onerror=window.owned=1><b>bold</b>";

  @Test
  void showsARealRunOffline() throws IOException {
    show(new ExecutionDocument(RealLogs.document("canary")));

    assertThat(page.textContent("h1")).isEqualTo(RealLogs.document("canary").get("execution_id"));
    assertThat(page.textContent(".result")).isEqualTo("COMPLETED");
    assertThat(page.locator("details.tenant summary").allTextContents())
        .containsExactly("acme (2)", "hooli (2)");
    assertThat(page.locator("details.tenant >> nth=0").textContent()).contains("1200", "1600");
    assertThat(page.locator("figure").count()).isEqualTo(4);
    assertThat(page.textContent(".count[role=status]")).isEqualTo("48 of 48 records");
  }

  /** Each record that a decision rests on can be gone to, and has its own grounds. */
  @Test
  void leadsFromADecisionToWhatItRestsOn() throws IOException {
    show(new ExecutionDocument(RealLogs.document("2/raised")));

    page.focus(".records");
    page.keyboard().press("End");
    page.keyboard().press("Enter");
    assertThat(page.textContent(".because")).startsWith("end by rule COMPLETED, because of");
    page.click(".because button");
    assertThat(page.textContent(".detail strong")).contains("Recorded: completed");
    page.click(".because button");
    assertThat(page.textContent(".detail strong")).contains("Recorded: baked");
  }

  @Test
  void saysFromWhichPoliciesToWhichADecisionLeads() throws IOException {
    show(new ExecutionDocument(RealLogs.document("2/raised")));

    page.fill("input[type=search]", "\"commit\",\"rule\"");
    page.waitForSelector("text=/^1 of /");
    page.click(".row");
    assertThat(page.textContent(".because")).contains("commit by rule at-once", "policies ", " → ");
  }

  @Test
  void worksFromTheKeyboard() throws IOException {
    show(new ExecutionDocument(RealLogs.document("canary")));

    page.focus(".records");
    page.keyboard().press("j");
    page.keyboard().press("ArrowDown");
    page.keyboard().press("Enter");
    assertThat(page.textContent(".detail strong")).startsWith("3  ");
    page.keyboard().press("End");
    assertThat(page.textContent(".detail strong")).startsWith("48  Ended");
    page.keyboard().press("Escape");
    assertThat(page.locator(".detail").isHidden()).isTrue();
    page.keyboard().press("d");
    assertThat(page.textContent(".count[role=status]")).doesNotStartWith("48 of");
    page.keyboard().press("d");
    page.keyboard().press("/");
    page.keyboard().type("redis.clock");
    page.waitForSelector("text=\"1 of 48 records\"");
  }

  @Test
  void followsTheColoursThatTheReaderChose() throws IOException {
    var document = new ExecutionDocument(RealLogs.document("canary"));
    show(document);

    String light = background(ColorScheme.LIGHT);
    String dark = background(ColorScheme.DARK);

    assertThat(light).isEqualTo("rgb(255, 255, 255)");
    assertThat(dark).isEqualTo("rgb(13, 17, 23)");
  }

  /** At least 4.5 to 1 between letters and ground, as WCAG 2.2 asks for (1.4.3). */
  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void hasTextThatCanBeReadInBothColourSchemes(ColorScheme scheme) throws IOException {
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    show(new ExecutionDocument(RealLogs.document("2/raised")));
    page.focus(".records");
    page.keyboard().press("End");
    page.keyboard().press("Enter");

    var faint =
        page.evaluate(
            """
            () => {
              const parts = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
              const light = colour => parts(colour).slice(0, 3).map(c => c / 255)
                  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const ground = e => {
                for (; e; e = e.parentElement) {
                  const colour = getComputedStyle(e).backgroundColor, alpha = parts(colour)[3] ?? 1;
                  if (alpha > 0) return colour;
                }
              };
              for (const colour of ['text', 'faint', 'accent', 'ok', 'warning', 'error', 'skipped', 'unknown']) {
                for (const below of ['ground', 'raised', 'selected']) {
                  const words = document.createElement('p');
                  words.textContent = colour + ' on ' + below;
                  Object.assign(words.style, { color: `var(--${colour})`, background: `var(--${below})` });
                  document.querySelector('main').append(words);
                }
              }
              return [...document.querySelectorAll('main *:not(svg *)')]
                .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
                .map(e => ({ e, both: [light(getComputedStyle(e).color), light(ground(e))] }))
                .map(({ e, both }) => ({ e, ratio: (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05) }))
                .filter(({ ratio }) => ratio < 4.5)
                .map(({ e, ratio }) => e.className + ' ' + e.textContent.slice(0, 20) + ': ' + ratio.toFixed(2));
            }\
            """);

    assertThat(faint).asInstanceOf(InstanceOfAssertFactories.LIST).isEmpty();
  }

  /** Records come when something is done, so a step is longer than what lies between them. */
  @Test
  void drawsAStepAsLongAsItTook() throws IOException {
    show(new ExecutionDocument(RealLogs.document("canary")));

    var off =
        page.evaluate(
            """
            () => {
              const log = JSON.parse(document.getElementById('document').textContent);
              const whole = log.duration_seconds * 1000;
              return log.thought_log.filter((step, i) => {
                const track = document.querySelectorAll('.step .track')[i];
                const part = track.firstChild.getBoundingClientRect().width / track.getBoundingClientRect().width;
                return Math.abs(part * whole - step.duration_ms) > whole * 0.03;
              }).map(step => step.action);
            }\
            """);

    assertThat(off).asInstanceOf(InstanceOfAssertFactories.LIST).isEmpty();
  }

  @Test
  void fitsANarrowScreenWithoutSmallLetters() throws IOException {
    page.setViewportSize(390, 844);
    show(new ExecutionDocument(RealLogs.document("canary")));

    assertThat(page.evaluate("document.documentElement.scrollWidth <= 390")).isEqualTo(true);
    var small =
        page.evaluate(
            """
            () => [...document.querySelectorAll('main *')].filter(e => e.textContent
                && parseFloat(getComputedStyle(e).fontSize) < 11).length\
            """);
    assertThat(small).isEqualTo(0);
    assertThat(page.locator("svg text").count()).as("text that shrinks with a picture").isZero();
  }

  @Test
  void saysThatNothingMatchesAndIsNoTallerThanItsRecords() throws IOException {
    show(new ExecutionDocument(RealLogs.document("refused")));

    page.fill("input[type=search]", "no such word");
    page.waitForSelector(".records.none");
    page.fill("input[type=search]", "");
    page.waitForSelector(".row");
    assertThat(
            page.evaluate(
                "document.querySelector('.records').clientHeight <= 26 *"
                    + " JSON.parse(document.getElementById('document').textContent).audit.records"))
        .isEqualTo(true);
  }

  @Test
  void showsHostileTextAsText() throws IOException {
    var thoughts =
        List.of(
            Runs.thought(Runs.ID, 0, EVIL, Phase.REQUEST, Map.of("request", EVIL)),
            Runs.thought(
                Runs.ID,
                1,
                EVIL,
                Phase.PLAN,
                Map.of(
                    "diff",
                    List.of(Map.of("tenant", EVIL, "field", EVIL, "after", EVIL)),
                    "__proto__",
                    EVIL)),
            Runs.thought(Runs.ID, 0, "Ended", Phase.END, Map.of("result", EVIL, "reason", EVIL)));

    show(ExecutionDocument.of(Runs.bytes(Runs.seal(thoughts))));

    assertThat(page.textContent(".result")).isEqualTo(EVIL);
    assertThat(page.textContent(".reason")).isEqualTo(EVIL);
    assertThat(page.locator("details.tenant summary").textContent()).isEqualTo(EVIL + " (1)");
    assertThat(page.locator("img, b").count()).isZero();
    assertThat(page.evaluate("window.owned === undefined")).isEqualTo(true);
  }

  /** The rows in the page are as few as can be seen, however many records there are. */
  @Slow(
      guard = "dev.deployclaw.audit.view.LogHtmlRendererTest#showsARealRunOffline",
      because = "its log has a hundred thousand records")
  @Test
  void keepsFewRowsOfAHundredThousand() throws IOException {
    var thoughts = new ArrayList<LogEntry>();
    for (int n = 1; n < 100_000; n++) {
      int step = 1 + n / 20_000;
      thoughts.add(Runs.thought(Runs.ID, step, "Looking", Phase.STAGE, Map.of("n", n)));
    }
    thoughts.add(Runs.thought(Runs.ID, 0, "Ended", Phase.END, Map.of("result", "COMPLETED")));
    show(ExecutionDocument.of(Runs.bytes(Runs.seal(thoughts))));

    assertThat(page.textContent(".count[role=status]")).isEqualTo("100000 of 100000 records");
    page.focus(".records");
    page.keyboard().press("End");
    page.waitForSelector("#row-99999");
    assertThat(page.locator(".row").count()).isLessThan(120);
    page.keyboard().press("/");
    page.keyboard().type("\"seq\":77777");
    page.waitForSelector("text=\"1 of 100000 records\"");
    assertThat(page.textContent(".row")).contains("77777");
  }

  /** Its own style and script are named by hash; what anybody puts in besides isn't run. */
  @Test
  void runsNothingButItsOwnScript() throws IOException {
    String html = LogHtmlRenderer.html(new ExecutionDocument(RealLogs.document("refused")));
    String injected = html.replace("<main", "<script>window.owned = 1</script><main");

    open(injected);

    assertThat(page.evaluate("window.owned === undefined")).isEqualTo(true);
    assertThat(troubles).anyMatch(t -> t.contains("Content Security Policy"));
    troubles.clear();
  }

  private String background(ColorScheme scheme) {
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    return String.valueOf(page.evaluate("getComputedStyle(document.body).backgroundColor"));
  }

  private void show(ExecutionDocument document) throws IOException {
    open(LogHtmlRenderer.html(document));
  }

  private void open(String html) throws IOException {
    Path file = folder.resolve("log.html");
    Files.writeString(file, html, StandardCharsets.UTF_8);
    page.navigate(file.toUri().toString());
    page.waitForSelector("h1");
  }
}
