package dev.deployclaw.ratelimit.decide;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the gateway is told: whether the request passes, and headers for the client. */
public record Answer(boolean allowed, SortedMap<String, String> headers) {
  public Answer {
    headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
  }

  Answer with(String header, String value) {
    var more = new TreeMap<>(headers);
    more.put(header, value);
    return new Answer(allowed, more);
  }

  static Answer of(boolean allowed, String header, String value) {
    return new Answer(allowed, new TreeMap<>(Map.of(header, value)));
  }
}
