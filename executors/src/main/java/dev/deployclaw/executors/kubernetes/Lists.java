package dev.deployclaw.executors.kubernetes;

import static dev.deployclaw.executors.kubernetes.Kind.escaped;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.executors.kubernetes.Exchange.Request;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Whole lists, page by page, at one resource version. A list whose continue token expired, or that
 * is older than what was seen before, is begun again, a few times; a part is never taken for the
 * whole.
 */
record Lists(Exchange exchange, Floors floors) {
  private static final int MOST_BEGINNINGS = 3;
  private static final int MOST_PAGES = 4_000;
  private static final int GONE = 410;

  private record Page<T>(List<T> items, String resourceVersion, Optional<String> next) {}

  /**
   * @param namespace empty for the whole cluster
   * @param selector of labels; empty for all
   */
  <T extends HasMetadata> List<T> all(Kind<T> kind, String namespace, String selector)
      throws KubernetesFault, InterruptedException {
    var ask = kind.ask("list", namespace, "");
    for (int i = 1; i < MOST_BEGINNINGS; i++) {
      var whole = fromTheStart(kind, ask, selector, i);
      if (whole.isPresent()) {
        return whole.get();
      }
    }
    return fromTheStart(kind, ask, selector, MOST_BEGINNINGS).orElseThrow(() -> unsteady(ask));
  }

  /** Empty where it must be begun again. */
  private <T extends HasMetadata> Optional<List<T>> fromTheStart(
      Kind<T> kind, Ask ask, String selector, int beginning)
      throws KubernetesFault, InterruptedException {
    var items = new ArrayList<T>();
    long floor = floors.of(kind).orElse(0);
    String more = beginning == 1 ? "" : notOlder(floor);
    for (int i = 0; i < MOST_PAGES; i++) {
      Page<T> page;
      try {
        page = page(kind, ask, selector, more);
      } catch (KubernetesFault e) {
        if (e.status() == GONE) {
          return Optional.empty();
        }
        throw e;
      }
      if (i == 0 && Floors.isBelow(floor, page.resourceVersion())) {
        return Optional.empty();
      }
      items.addAll(page.items());
      if (page.next().isEmpty()) {
        floors.raise(kind, page.resourceVersion());
        return Optional.of(items);
      }
      more = "&continue=" + escaped(page.next().get());
    }
    throw new KubernetesFault(
        KubernetesFault.NO_STATUS,
        new Fault.Unavailable(ask.words() + ": more than " + MOST_PAGES + " pages"));
  }

  private <T extends HasMetadata> Page<T> page(Kind<T> kind, Ask ask, String selector, String more)
      throws KubernetesFault, InterruptedException {
    String labels = selector.isEmpty() ? "" : "&labelSelector=" + escaped(selector);
    String target = kind.path(ask.namespace()) + "?limit=" + kind.page() + labels + more;
    var list = Json.read(exchange.send(ask, Request.get(target)), kind.list());
    var metadata = Objects.requireNonNullElseGet(list.getMetadata(), ListMeta::new);
    var next = Optional.ofNullable(metadata.getContinue()).filter(c -> !c.isEmpty());
    String version = Objects.requireNonNullElse(metadata.getResourceVersion(), "");
    return new Page<>(list.getItems(), version, next);
  }

  /** After a stale list: one that is at least as new as what was seen. */
  private static String notOlder(long floor) {
    return floor > 0 ? "&resourceVersion=" + floor + "&resourceVersionMatch=NotOlderThan" : "";
  }

  private static KubernetesFault unsteady(Ask ask) {
    return new KubernetesFault(
        KubernetesFault.NO_STATUS,
        new Fault.Unavailable(
            ask.words()
                + ": began "
                + MOST_BEGINNINGS
                + " times, and it expired, or was older than what was seen before"));
  }
}
