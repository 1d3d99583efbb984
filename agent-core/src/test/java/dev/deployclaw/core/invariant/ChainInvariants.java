package dev.deployclaw.core.invariant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.store.ChainLink;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;

/**
 * I12 of the chain over executions: it grows by one link at a time, each end joins it in the
 * transaction that anchors it, and at rest it is dense and holds each of them once. What doesn't
 * wait any more is in the bucket.
 */
final class ChainInvariants {
  private final FakeEstate world;
  private final List<String> broken = new ArrayList<>();
  private ChainLink last = ChainLink.START;

  ChainInvariants(FakeEstate world) {
    this.world = world;
  }

  List<String> broken() {
    return broken;
  }

  ChainInvariants copy(FakeEstate elsewhere) {
    var copy = new ChainInvariants(elsewhere);
    copy.broken.addAll(broken);
    copy.last = last;
    return copy;
  }

  /** The store is another one: the chain is what it says. */
  void restored() {
    last = head();
  }

  /** After a transaction. */
  void moved() {
    var now = head();
    boolean follows = now.number() == last.number() + 1 && now.prev().equals(last.hash());
    if (!now.equals(last) && !follows) {
      broken.add("I12: the chain went from link " + last.number() + " to " + now);
    }
    last = now;
  }

  /** A transaction moved the head of a log. */
  void anchored(Entry auditHead) {
    String execution = auditHead.key().substring(StoreKeys.AUDIT_HEADS.length());
    long seq = RecordInvariants.parse(auditHead.value()).path("seq").asLong();
    if (ends(execution, seq)
        && world
            .store
            .get(StoreKeys.chained(execution, seq))
            .filter(link -> link.modRevision() == auditHead.modRevision())
            .isEmpty()) {
      broken.add("I12: the end of " + execution + " was anchored without a link");
    }
  }

  void checkAtRest() {
    var links =
        world.store.list(StoreKeys.CHAIN).stream()
            .map(e -> ChainLink.read(e.value()).orElse(ChainLink.START))
            .sorted(Comparator.comparingLong(ChainLink::number))
            .toList();
    var before = ChainLink.START;
    for (var link : links) {
      if (!link.equals(before.next(link.execution(), link.records(), link.head()))) {
        broken.add("I12: " + link + " doesn't follow link " + before.number());
      }
      before = link;
    }
    if (!before.equals(head())) {
      broken.add("I12: the chain ends with link " + before.number() + ", its head is " + head());
    }
    each(links);
    links.forEach(this::copied);
  }

  /** Each end that the store holds is in it once, and nothing else is. */
  private void each(List<ChainLink> links) {
    var ends = new TreeMap<String, Integer>();
    links.forEach(l -> ends.merge(l.execution() + "/" + l.records(), 1, Integer::sum));
    ends.forEach((end, count) -> {
      if (count > 1) {
        broken.add("I12: the chain holds " + end + " " + count + " times");
      }
    });
    var held = new HashSet<String>();
    links.forEach(l -> held.add(l.execution() + "/" + l.records() + "/" + l.head()));
    for (var entry : world.store.list(StoreKeys.AUDIT_HEADS)) {
      String execution = entry.key().substring(StoreKeys.AUDIT_HEADS.length());
      JsonNode head = RecordInvariants.parse(entry.value());
      long seq = head.path("seq").asLong();
      String end = execution + "/" + seq + "/" + head.path("hash").asText();
      if (ends(execution, seq) && !held.contains(end)) {
        broken.add("I12: the chain lacks the end of " + execution);
      }
    }
  }

  private boolean ends(String execution, long seq) {
    return world
        .store
        .get(StoreKeys.audit(execution, seq))
        .filter(e -> RecordInvariants.parse(e.value()).path("phase").asText().equals("end"))
        .isPresent();
  }

  private void copied(ChainLink link) {
    if (world.store.get(StoreKeys.chainWaiting(link.number())).isPresent()) {
      return;
    }
    String prefix = "audit-chain/%012d".formatted(link.number());
    boolean there =
        world.objects.names().stream()
            .filter(name -> name.startsWith(prefix))
            .map(world.objects::read)
            .anyMatch(read ->
                read instanceof ObjectStore.Get.Failed
                    || (read instanceof ObjectStore.Get.Found(byte[] bytes)
                        && Arrays.equals(bytes, link.bytes())));
    if (!there) {
      broken.add("I12: link " + link.number() + " doesn't wait and isn't in the bucket");
    }
  }

  private ChainLink head() {
    return world
        .store
        .get(StoreKeys.CHAIN_HEAD)
        .flatMap(e -> ChainLink.read(e.value()))
        .orElse(ChainLink.START);
  }
}
