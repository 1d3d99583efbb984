package dev.deployclaw.container.http.exchange;

import java.util.Optional;

/**
 * How long a page of a list may be: the query parameter {@code limit}.
 *
 * @param usual where a call names none
 * @param most at most 999
 */
public record PageLimit(int usual, int most) {
  public int of(ApiRequest call) {
    return Optional.of(call.query().apply("limit").orElse(Integer.toString(usual)))
        .filter(text -> text.matches("[1-9]\\d{0,2}"))
        .map(Integer::valueOf)
        .filter(number -> number <= most)
        .orElseThrow(() ->
            new RefusedCallException(
                ProblemCatalogue.invalid(
                    "query limit", "limit is not a whole number from 1 to " + most, "correct it")));
  }
}
