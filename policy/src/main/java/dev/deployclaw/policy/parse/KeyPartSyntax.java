package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.document.DocumentCursor;
import dev.deployclaw.policy.document.QuotedText;
import dev.deployclaw.policy.model.CounterKeyPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** How the parts of a counter's key are written: client-address, or header:NAME. */
final class KeyPartSyntax {
  static final int MOST = 4;

  private static final String CLIENT_ADDRESS = "client-address";
  private static final String HEADER = "header:";

  /** A token of RFC 9110, section 5.6.2, in lower case. */
  private static final Pattern HEADER_NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,100}");

  private KeyPartSyntax() {}

  static String written(CounterKeyPart part) {
    return switch (part) {
      case CounterKeyPart.ClientAddress() -> CLIENT_ADDRESS;
      case CounterKeyPart.Header(String name) -> HEADER + name;
    };
  }

  /** The key; {@code tenant} may be written and adds nothing, since every counter is a tenant's. */
  static Optional<List<CounterKeyPart>> read(DocumentCursor spot) {
    var parts = new ArrayList<CounterKeyPart>();
    for (var item : spot.items(MOST, "for example [client-address]")) {
      var part =
          item.word(CLIENT_ADDRESS).filter(w -> !w.equals("tenant")).flatMap(w -> part(item, w));
      if (part.isPresent() && parts.contains(part.get())) {
        item.refuse("given twice", "keep one of the two");
      } else {
        part.ifPresent(parts::add);
      }
    }
    return Optional.of(parts);
  }

  private static Optional<CounterKeyPart> part(DocumentCursor item, String word) {
    if (word.equals(CLIENT_ADDRESS)) {
      return Optional.of(new CounterKeyPart.ClientAddress());
    }
    if (!word.startsWith(HEADER)) {
      String remedy = "one of tenant, client-address, header:NAME";
      return item.refuse("unknown word " + QuotedText.shortly(word), remedy);
    }
    String name = word.substring(HEADER.length()).toLowerCase(Locale.ROOT);
    return HEADER_NAME.matcher(name).matches()
        ? Optional.of(new CounterKeyPart.Header(name))
        : item.refuse(
            "not a header name: " + QuotedText.shortly(name), "for example header:x-plan");
  }
}
