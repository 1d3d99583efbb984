package dev.deployclaw.audit.view;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.policy.document.PackagedText;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The execution log as one HTML file that holds all it needs: it opens offline, and its content
 * security policy lets it load and run nothing but its own style and script, named by their hashes.
 * The document stands in it as JSON, which can't end its element; the script shows it as text only.
 * Pure; any thread.
 */
public final class LogHtmlRenderer {
  private static final String FOLDER = "";

  private LogHtmlRenderer() {}

  /** The view's style, for a page that shows a log beside other things. */
  public static String style() {
    return PackagedText.read(LogHtmlRenderer.class, FOLDER + "log.css");
  }

  /**
   * The view's script: it defines {@code LogView}, and shows the page's own document if it has one.
   */
  public static String script() {
    return PackagedText.read(LogHtmlRenderer.class, FOLDER + "log.js");
  }

  public static String html(ExecutionDocument document) {
    String style = style();
    String script = script();
    String policy =
        "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'"
            .formatted(sha256(style), sha256(script));
    return PackagedText.read(LogHtmlRenderer.class, FOLDER + "log.html")
        .replace("{{policy}}", policy)
        .replace("{{style}}", style)
        .replace("{{script}}", script)
        .replace("{{document}}", inert(JsonFormatter.canonical(document.fields())));
  }

  /** Within a script element only {@code <} can do anything; JSON has another spelling for it. */
  private static String inert(String json) {
    return json.replace("<", "\\u003c");
  }

  /** As a page's policy for its content names a part of it. */
  public static String sha256(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Base64.getEncoder().encodeToString(CanonicalJson.sha256().digest(bytes));
  }
}
