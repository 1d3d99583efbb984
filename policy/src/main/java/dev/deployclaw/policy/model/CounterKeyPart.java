package dev.deployclaw.policy.model;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One request attribute that makes separate counters. A limit without key parts has one counter for
 * the whole tenant. Written as {@code client-address} or {@code header:NAME}.
 */
public sealed interface CounterKeyPart {
  String CLIENT_ADDRESS = "client-address";
  String HEADER = "header:";

  /** A token of RFC 9110, section 5.6.2, in lower case. */
  Pattern HEADER_NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,100}");

  /** The client's address as the gateway passed it. */
  record ClientAddress() implements CounterKeyPart {}

  /** A request header, by its lower-case name; an absent header counts as the empty value. */
  record Header(String name) implements CounterKeyPart {}

  /** As it is written. */
  default String word() {
    return switch (this) {
      case ClientAddress() -> CLIENT_ADDRESS;
      case Header(String name) -> HEADER + name;
    };
  }

  /** What is written so; empty where nothing is. */
  static Optional<CounterKeyPart> ofWord(String word) {
    if (word.equals(CLIENT_ADDRESS)) {
      return Optional.of(new ClientAddress());
    }
    return Optional.of(word)
        .filter(w -> w.startsWith(HEADER))
        .map(w -> w.substring(HEADER.length()).toLowerCase(Locale.ROOT))
        .filter(name -> HEADER_NAME.matcher(name).matches())
        .map(Header::new);
  }
}
