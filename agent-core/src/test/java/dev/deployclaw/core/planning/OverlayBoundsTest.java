package dev.deployclaw.core.planning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.overlay.PolicyProvenance;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What one transaction writes beside a change stays below what etcd takes. */
class OverlayBoundsTest {
  private static final String ID = "x-1";
  private static final int HALF = PolicyProvenance.MOST_BYTES / 2;

  @Test
  void whatIsDueToBeWrittenBackCountsToo() {
    assertThat(OverlayTransition.tooMuch(ofBytes(HALF), ID, true)).isEmpty();

    var over = ofBytes(HALF + 1);
    assertThat(OverlayTransition.tooMuch(over, ID, false)).isEmpty();
    assertThat(OverlayTransition.tooMuch(over, ID, true))
        .get()
        .asString()
        .contains((PolicyProvenance.MOST_BYTES + 2) + " bytes", "ask for fewer tenants at a time");
  }

  @Test
  void withoutAWriteBackTheWholeOfItIsForTheProvenance() {
    assertThat(OverlayTransition.tooMuch(ofBytes(PolicyProvenance.MOST_BYTES), ID, false))
        .isEmpty();
    assertThat(OverlayTransition.tooMuch(ofBytes(PolicyProvenance.MOST_BYTES + 1), ID, false))
        .isPresent();
  }

  /** So many bytes exactly. */
  private static PolicyProvenance ofBytes(int bytes) {
    var tenants = new TreeMap<String, String>();
    int each = entry(1).bytes().length - entry(0).bytes().length + 1;
    for (int i = 0; i < (bytes - entry(0).bytes().length) / each; i++) {
      tenants.put(name(i), "f".repeat(64));
    }
    int missing = bytes - made(tenants, "").bytes().length;
    var made = made(tenants, "r".repeat(missing));
    assertThat(made.bytes()).hasSize(bytes);
    return made;
  }

  private static PolicyProvenance entry(int count) {
    var tenants = new TreeMap<String, String>();
    for (int i = 0; i < count; i++) {
      tenants.put(name(i), "f".repeat(64));
    }
    return made(tenants, "");
  }

  private static String name(int i) {
    return "t%06d".formatted(i);
  }

  private static PolicyProvenance made(SortedMap<String, String> tenants, String reason) {
    var by = new Overlay.By(ID, "olivia", 1_790_000_000_000L, reason, Optional.empty());
    return new PolicyProvenance(new TreeSet<>(), List.of(new Overlay(by, tenants)));
  }
}
