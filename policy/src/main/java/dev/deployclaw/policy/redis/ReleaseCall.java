package dev.deployclaw.policy.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The places that one request holds under concurrency limits, as a call of {@link
 * FunctionLibrary#RELEASE} and as the text that the caller keeps until the request is over. To give
 * a place back twice is harmless: it is known by a name that is used once.
 *
 * @param places at least one; all of one root group, so that all keys share a slot
 */
public record ReleaseCall(List<Place> places) {
  private static final int MOST_PLACES = 64;
  private static final int LONGEST_TEXT = 16_384;
  private static final Pattern KEY =
      Pattern.compile("dc:\\{[a-z0-9-]{1,63}}:(c|probe):[A-Za-z0-9:=.%_~-]{1,4096}");
  private static final Pattern MEMBER = Pattern.compile("[0-9]{1,19}/[0-9a-f]{1,64}:[0-9]{1,6}");

  public ReleaseCall {
    places = List.copyOf(places);
    if (places.isEmpty()
        || places.size() > MOST_PLACES
        || places.stream().map(p -> RedisKeyLayout.slot(p.key())).distinct().count() != 1) {
      throw new IllegalArgumentException("no places, too many, or of several roots");
    }
  }

  /**
   * @param key of the counter
   * @param member of its set of leases
   */
  public record Place(String key, String member) {
    public Place {
      if (!KEY.matcher(key).matches() || !MEMBER.matcher(member).matches()) {
        throw new IllegalArgumentException("not a place under a concurrency limit");
      }
    }
  }

  /**
   * What one of the requests of a call holds once it was admitted; empty where no limit of the
   * claim is one of concurrency.
   *
   * @param number of the request among those of the call, from 0
   */
  public static Optional<ReleaseCall> of(RequestCharges claim, String lease, long number) {
    var places =
        claim.items().stream()
            .filter(RequestCharges.Item::holds)
            .map(i ->
                new Place(i.counterKey(), i.rule().cost() * i.units() + "/" + lease + ":" + number))
            .toList();
    return places.isEmpty() ? Optional.empty() : Optional.of(new ReleaseCall(places));
  }

  /** What {@link #text} wrote; empty for anything else. */
  public static Optional<ReleaseCall> read(String text) {
    if (text.isEmpty() || text.length() > LONGEST_TEXT) {
      return Optional.empty();
    }
    try {
      String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
      var places = new ArrayList<Place>();
      for (String line : plain.split("\n", -1)) {
        int space = line.indexOf(' ');
        places.add(new Place(line.substring(0, Math.max(0, space)), line.substring(space + 1)));
      }
      return Optional.of(new ReleaseCall(places));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** In letters, digits, {@code -} and {@code _}. */
  public String text() {
    var lines = places.stream().map(p -> p.key() + " " + p.member()).toList();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }

  public DecideCall.Encoded encoded() {
    return new DecideCall.Encoded(
        places.stream().map(Place::key).toList(), places.stream().map(Place::member).toList());
  }

  /** Of all its keys. */
  public int slot() {
    return RedisKeyLayout.slot(places.getFirst().key());
  }
}
