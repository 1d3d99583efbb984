package dev.deployclaw.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Gateway.Identity;
import dev.deployclaw.policy.model.Gateway.Route;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayTest {
  private final Gateway gateway =
      new Gateway(
          "gw-1",
          "shop",
          new Identity.Host("example.test"),
          List.of(new Route("/search", "search"), new Route("/search/export", "export")));

  @Test
  void prefersTheLongestPrefix() {
    assertThat(gateway.routeOf("/search/export/1")).map(Route::service).contains("export");
    assertThat(gateway.routeOf("/search/other")).map(Route::service).contains("search");
    assertThat(gateway.routeOf("/search")).map(Route::service).contains("search");
  }

  @Test
  void aPrefixCoversWholeSegmentsOnly() {
    assertThat(gateway.routeOf("/searching")).isEmpty();
    assertThat(gateway.routeOf("/")).isEmpty();
  }

  @Test
  void theRootPrefixCoversEverything() {
    var all = new Gateway("gw-2", "shop", gateway.identity(), List.of(new Route("/", "site")));

    assertThat(all.routeOf("/")).map(Route::service).contains("site");
    assertThat(all.routeOf("/x/y")).map(Route::service).contains("site");
  }
}
