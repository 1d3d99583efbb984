package dev.deployclaw.container.http.console;

import dev.deployclaw.audit.view.LogHtmlRenderer;
import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.policy.document.PackagedText;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The console's pages. They hold no data and are open to anybody: their script asks the API, which
 * knows its callers. A browser may load and run nothing but files of this agent, from no frame.
 */
public final class ConsolePages {
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  /** The document itself says which pages there are, and that another isn't one. */
  private static final List<String> PATHS =
      List.of("/console/", "/console/{page}", "/console/{page}/{name}");

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy", POLICY,
          "Referrer-Policy", "no-referrer",
          "X-Frame-Options", "DENY",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Permissions-Policy", "camera=(), geolocation=(), microphone=()");

  private final ConsoleAssets assets = new ConsoleAssets();

  public List<ApiRoute> routes() {
    var routes = new ArrayList<ApiRoute>();
    PATHS.forEach(path -> routes.add(ApiRoute.page(path, _ -> page())));
    routes.add(ApiRoute.page("/console/assets/{version}/{file}", this::asset));
    routes.add(ApiRoute.page("/console", _ -> toConsole()));
    return routes;
  }

  private ApiResponse page() {
    return secured(ApiResponse.text("text/html; charset=utf-8", assets.page()));
  }

  private ApiResponse asset(ApiRequest call) {
    String name = call.path().apply("file");
    boolean present = call.path().apply("version").equals(assets.version());
    return assets
        .find(name)
        .filter(_ -> present)
        .map(asset ->
            secured(ApiResponse.text(asset.mediaType(), asset.text()))
                .with("Cache-Control", "private, max-age=31536000, immutable"))
        .orElseGet(() ->
            ApiResponse.of(
                ProblemCatalogue.noRoute("this address; another version of the console has it")));
  }

  private static ApiResponse toConsole() {
    return new ApiResponse(303, "", Map.of("Location", "/console/"), "");
  }

  private static ApiResponse secured(ApiResponse response) {
    return new ApiResponse(response.status(), response.mediaType(), HEADERS, response.body());
  }

  /**
   * The console's files, from this program. Their addresses contain a hash of them all, so that a
   * browser may keep them, and never mixes files of two versions.
   */
  private static final class ConsoleAssets {
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
      NAMES.forEach(name -> files.put(name, PackagedText.read(ConsoleAssets.class, name)));
      files.put("log.css", LogHtmlRenderer.style());
      files.put("log.js", LogHtmlRenderer.script());
      String all = String.join("\n", files.values());
      version = CanonicalJson.sha256(all).substring(0, VERSION_DIGITS);
      page =
          PackagedText.read(ConsoleAssets.class, "index.html")
              .replace("{{assets}}", "/console/assets/" + version);
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
  }
}
