package dev.deployclaw.executors.kubernetes.client;

import static dev.deployclaw.executors.kubernetes.client.ResourceKind.escaped;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.executors.kubernetes.client.ApiServerTransport.Request;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whole lists, page by page, at one resource version. A list whose continue token expired, or that
 * is older than what was seen before, is begun again, a few times; a part is never taken for the
 * whole. After a stale list the server is asked for one that isn't older than what was seen. A
 * server that says, twice, that no such version exists yet has gone back for good, as after a
 * restored backup: then what was seen is forgotten.
 */
public record ListPager(ApiServerTransport exchange, SeenResourceVersions floors) {
  private static final Logger LOG = LoggerFactory.getLogger(ListPager.class);
  private static final int MOST_BEGINNINGS = 5;

  /** The server waits for its cache before each, so one that only lags is given its time. */
  private static final int DENIALS_OF_A_VERSION = 2;

  private static final int MOST_PAGES = 4_000;
  private static final int GONE = 410;
  private static final int TIMEOUT = 504;

  private record Page<T>(List<T> items, String resourceVersion, Optional<String> next) {}

  /**
   * @param namespace empty for the whole cluster
   * @param selector of labels; empty for all
   */
  public <T extends HasMetadata> List<T> all(
      ResourceKind<T> kind, String namespace, String selector)
      throws KubernetesException, InterruptedException {
    var ask = kind.ask("list", namespace, "");
    int denials = 0;
    for (int i = 1; i <= MOST_BEGINNINGS; i++) {
      boolean consistent = i % 2 == 1;
      try {
        var whole = fromTheStart(kind, ask, selector, consistent);
        if (whole.isPresent()) {
          return whole.get();
        }
      } catch (KubernetesException e) {
        if (!isOfTheFuture(e)) {
          throw e;
        }
        denials++;
      }
      if (denials == DENIALS_OF_A_VERSION && floors.forget()) {
        LOG.atWarn()
            .addKeyValue("server", exchange.server())
            .log(
                "The cluster's resource versions went back, as after a restored backup: "
                    + "the list starts again");
      }
    }
    throw new KubernetesException(
        KubernetesException.NO_STATUS,
        new CallFault.Unavailable(
            ask.words()
                + ": began "
                + MOST_BEGINNINGS
                + " times, and it expired, or was older than what was seen before"));
  }

  /** Empty where it must be begun again. */
  private <T extends HasMetadata> Optional<List<T>> fromTheStart(
      ResourceKind<T> kind, RbacRequest ask, String selector, boolean consistent)
      throws KubernetesException, InterruptedException {
    var items = new ArrayList<T>();
    long floor = floors.of(kind).orElse(0);
    String more = consistent ? "" : notOlder(floor);
    for (int i = 0; i < MOST_PAGES; i++) {
      Page<T> page;
      try {
        page = page(kind, ask, selector, more);
      } catch (KubernetesException e) {
        if (e.status() == GONE) {
          return Optional.empty();
        }
        throw e;
      }
      if (i == 0 && SeenResourceVersions.isBelow(floor, page.resourceVersion())) {
        return Optional.empty();
      }
      items.addAll(page.items());
      if (page.next().isEmpty()) {
        floors.raise(kind, page.resourceVersion());
        return Optional.of(items);
      }
      more = "&continue=" + escaped(page.next().get());
    }
    throw new KubernetesException(
        KubernetesException.NO_STATUS,
        new CallFault.Unavailable(ask.words() + ": more than " + MOST_PAGES + " pages"));
  }

  private <T extends HasMetadata> Page<T> page(
      ResourceKind<T> kind, RbacRequest ask, String selector, String more)
      throws KubernetesException, InterruptedException {
    String labels = selector.isEmpty() ? "" : "&labelSelector=" + escaped(selector);
    String target = kind.path(ask.namespace()) + "?limit=" + kind.page() + labels + more;
    var list = KubernetesJson.read(exchange.send(ask, Request.get(target)), kind.list());
    var metadata = Objects.requireNonNullElseGet(list.getMetadata(), ListMeta::new);
    var next = Optional.ofNullable(metadata.getContinue()).filter(c -> !c.isEmpty());
    String version = Objects.requireNonNullElse(metadata.getResourceVersion(), "");
    return new Page<>(list.getItems(), version, next);
  }

  /** After a stale list: one that is at least as new as what was seen. */
  private static String notOlder(long floor) {
    return floor > 0 ? "&resourceVersion=" + floor + "&resourceVersionMatch=NotOlderThan" : "";
  }

  /** As an API server words its cause {@code ResourceVersionTooLarge}. */
  private static boolean isOfTheFuture(KubernetesException e) {
    return e.status() == TIMEOUT && e.fault().reason().contains("Too large resource version");
  }
}
