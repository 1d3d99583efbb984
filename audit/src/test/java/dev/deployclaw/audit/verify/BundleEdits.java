package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.store.ChainLink;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Edits of logs and their chain, as somebody would make them who hides an execution or a key. */
final class BundleEdits {
  private final RandomGenerator random;
  private final HeadSigner signer;
  private final HeadSigner stranger;

  /**
   * @param signer whose key was rotated, and who signed it all
   * @param stranger whose key was rotated, too
   */
  BundleEdits(RandomGenerator random, HeadSigner signer, HeadSigner stranger) {
    this.random = random;
    this.signer = signer;
    this.stranger = stranger;
  }

  /** The last five are made with the right key: its holder can do them, but not hide them. */
  enum Kind {
    CHAIN_BIT_FLIP,
    CHAIN_VALUE,
    LINK_DROPPED,
    LINKS_SWAPPED,
    LINK_DOUBLED,
    CHAIN_CUT_OFF,
    CHAIN_OF_A_STRANGER,
    LOG_REMOVED,
    LOG_TWICE,
    LOG_OF_A_STRANGER,
    ROTATION_VALUE,
    ROTATION_DROPPED,
    ROTATION_FORGED,
    LOG_SIGNED_ANEW,
    LOG_CUT_AND_SIGNED,
    CHAIN_SIGNED_WITHOUT_ONE,
    CHAIN_SIGNED_REORDERED,
    END_CHAINED_TWICE
  }

  Bundles of(Kind kind, Bundles all) {
    String name = Bundles.NAMES.get(random.nextInt(Bundles.NAMES.size()));
    return switch (kind) {
      case CHAIN_BIT_FLIP -> all.with(new AnyEdit(random).bit(all.chains().getFirst()));
      case CHAIN_VALUE -> all.with(edited(all.chains().getFirst()));
      case LINK_DROPPED, LINKS_SWAPPED, LINK_DOUBLED, CHAIN_CUT_OFF ->
          all.with(rearranged(kind, all.chains().getFirst()));
      case CHAIN_OF_A_STRANGER -> all.with(Bundles.chain(all.links(), stranger));
      case LOG_REMOVED -> all.without(name);
      case LOG_TWICE -> all.with("again", all.log(name));
      case LOG_OF_A_STRANGER -> all.with(name, Bundles.signed(Bundles.records(name), stranger));
      case ROTATION_VALUE, ROTATION_DROPPED, ROTATION_FORGED -> rotation(kind, name, all);
      case LOG_SIGNED_ANEW -> all.with(name, Bundles.signed(changed(name), signer));
      case LOG_CUT_AND_SIGNED -> {
        var records = Bundles.records(name);
        int stay = 1 + random.nextInt(records.size() - 1);
        yield all.with(name, Bundles.signed(records.subList(0, stay), signer));
      }
      case CHAIN_SIGNED_WITHOUT_ONE, CHAIN_SIGNED_REORDERED, END_CHAINED_TWICE ->
          chainedAnew(kind, all);
    };
  }

  private byte[] edited(byte[] document) {
    return text(new AnyEdit(random).value(Bundles.parsed(document)));
  }

  private byte[] rearranged(Kind kind, byte[] chain) {
    var document = new LinkedHashMap<>(Bundles.parsed(chain));
    var links = new ArrayList<Object>(RealLogs.list(document, "links"));
    int at = random.nextInt(links.size());
    switch (kind) {
      case LINK_DROPPED -> links.remove(at);
      case LINK_DOUBLED -> links.add(random.nextInt(links.size() + 1), links.get(at));
      case LINKS_SWAPPED -> Collections.swap(links, at, (at + 1) % links.size());
      default -> links.subList(at, links.size()).clear();
    }
    document.put("links", links);
    return text(document);
  }

  private Bundles rotation(Kind kind, String name, Bundles all) {
    var document = new LinkedHashMap<>(Bundles.parsed(all.log(name)));
    var audit = new LinkedHashMap<>(RealLogs.object(document, "audit"));
    var rotations = new ArrayList<Object>(RealLogs.list(audit, "rotations"));
    switch (kind) {
      case ROTATION_VALUE ->
          audit.put("rotations", new AnyEdit(random).value(List.copyOf(rotations)));
      case ROTATION_DROPPED -> {
        rotations.remove(random.nextInt(rotations.size()));
        audit.put("rotations", rotations);
      }
      default -> forge(audit, rotations, name);
    }
    document.put("audit", audit);
    return all.with(name, text(document));
  }

  /** From the key that is trusted to the stranger's, signed by the stranger alone. */
  private void forge(Map<String, Object> audit, List<Object> rotations, String name) {
    var theirs =
        RealLogs.object(Bundles.parsed(Bundles.signed(Bundles.records(name), stranger)), "audit");
    var trusted = StrictJson.object((Map<?, ?>) rotations.getFirst());
    var forged =
        new LinkedHashMap<>(
            StrictJson.object((Map<?, ?>) RealLogs.list(theirs, "rotations").getFirst()));
    forged.put("old", trusted.get("old"));
    if (random.nextBoolean()) {
      forged.put("signature_old", trusted.get("signature_old"));
    }
    audit.putAll(theirs);
    audit.put("rotations", List.of(forged));
  }

  private List<byte[]> changed(String name) {
    var records = new ArrayList<Map<String, Object>>();
    Bundles.records(name).forEach(r -> records.add(new LinkedHashMap<>(Bundles.parsed(r))));
    int at = random.nextInt(records.size());
    records.get(at).put("detail", records.get(at).get("detail") + ".");
    return RealLogs.sealed(records);
  }

  /** Hashed and numbered anew from the first link on. */
  private Bundles chainedAnew(Kind kind, Bundles all) {
    var old = new ArrayList<ChainLink>();
    all.links().forEach(link -> old.add(ChainLink.read(link).orElseThrow()));
    int at = random.nextInt(old.size());
    switch (kind) {
      case CHAIN_SIGNED_WITHOUT_ONE -> old.remove(at);
      case CHAIN_SIGNED_REORDERED -> Collections.swap(old, at, (at + 1) % old.size());
      default -> old.add(old.get(at));
    }
    var links = new ArrayList<byte[]>();
    var last = ChainLink.START;
    for (var link : old) {
      last = last.next(link.execution(), link.records(), link.head());
      links.add(last.bytes());
    }
    var forged = Bundles.chain(links, signer);
    return kind == Kind.CHAIN_SIGNED_REORDERED ? all.and(forged) : all.with(forged);
  }

  private static byte[] text(Object value) {
    return Bundles.utf8(JsonFormatter.pretty(value));
  }
}
