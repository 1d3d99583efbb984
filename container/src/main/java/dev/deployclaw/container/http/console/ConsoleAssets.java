package dev.deployclaw.container.http.console;

import dev.deployclaw.audit.view.LogHtmlRenderer;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The console's files, from this program. Their addresses contain a hash of them all, so that a
 * browser may keep them, and never mixes files of two versions.
 */
final class ConsoleAssets {
  private static final int VERSION_DIGITS = 16;
  private static final List<String> NAMES =
      List.of(
          ("console.css icon.svg app.js api.js ask.js audit.js drift.js estate.js "
                  + "execution.js home.js impact.js parts.js questions.js skills.js tenants.js "
                  + "whatif.js")
              .split(" ", -1));

  private final Map<String, String> files = new TreeMap<>();
  private final String version;
  private final String page;

  ConsoleAssets() {
    NAMES.forEach(name -> files.put(name, resource(name)));
    files.put("log.css", LogHtmlRenderer.style());
    files.put("log.js", LogHtmlRenderer.script());
    String all = String.join("\n", files.values());
    version = CanonicalJson.sha256(all).substring(0, VERSION_DIGITS);
    page = resource("index.html").replace("{{assets}}", "/console/assets/" + version);
  }

  /** The one page; its script shows what its address names. */
  String page() {
    return page;
  }

  String version() {
    return version;
  }

  /**
   * One file.
   *
   * @param mediaType for its ending
   */
  record Asset(String mediaType, String text) {}

  Optional<Asset> find(String name) {
    return Optional.ofNullable(files.get(name)).map(text -> new Asset(mediaType(name), text));
  }

  private static String mediaType(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> throw new IllegalStateException("no media type for " + name);
    };
  }

  private static String resource(String name) {
    try (InputStream in = ConsoleAssets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the packaged file " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the packaged " + name, e);
    }
  }
}
