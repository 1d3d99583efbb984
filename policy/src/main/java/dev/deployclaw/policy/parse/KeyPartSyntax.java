package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.document.DocumentCursor;
import dev.deployclaw.policy.document.QuotedText;
import dev.deployclaw.policy.model.CounterKeyPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the parts of a counter's key are written: client-address, or header:NAME. */
final class KeyPartSyntax {
  static final int MOST = 4;

  private KeyPartSyntax() {}

  /** The key; {@code tenant} may be written and adds nothing, since every counter is a tenant's. */
  static Optional<List<CounterKeyPart>> read(DocumentCursor spot) {
    var parts = new ArrayList<CounterKeyPart>();
    for (var item : spot.items(MOST, "for example [client-address]")) {
      var part =
          item.word(CounterKeyPart.CLIENT_ADDRESS)
              .filter(w -> !w.equals("tenant"))
              .flatMap(w -> part(item, w));
      if (part.isPresent() && parts.contains(part.get())) {
        item.refuse("given twice", "keep one of the two");
      } else {
        part.ifPresent(parts::add);
      }
    }
    return Optional.of(parts);
  }

  private static Optional<CounterKeyPart> part(DocumentCursor item, String word) {
    var part = CounterKeyPart.ofWord(word);
    if (part.isPresent()) {
      return part;
    }
    if (!word.startsWith(CounterKeyPart.HEADER)) {
      String remedy = "one of tenant, client-address, header:NAME";
      return item.refuse("unknown word " + QuotedText.shortly(word), remedy);
    }
    String name = word.substring(CounterKeyPart.HEADER.length()).toLowerCase(Locale.ROOT);
    return item.refuse(
        "not a header name: " + QuotedText.shortly(name), "for example header:x-plan");
  }
}
