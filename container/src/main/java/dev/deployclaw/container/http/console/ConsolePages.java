package dev.deployclaw.container.http.console;

import dev.deployclaw.container.http.exchange.ApiRequest;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
}
