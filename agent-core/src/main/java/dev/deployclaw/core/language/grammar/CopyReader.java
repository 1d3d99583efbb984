package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.grammar.Frame.Slot;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.GroundingList;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.RequestedChange.Who;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Whose policy is copied to whom, by the words around the names. */
record CopyReader(
    List<Token> tokens, WhoReader whose, OpenQuestions questions, GroundingList grounds) {
  private static final Optional<String> NONE = Optional.empty();
  private static final Set<String> TO = Set.of("to", "onto", "for", "on", "with");
  private static final Set<String> FROM = Set.of("from", "of", "as", "like", "that", "which");

  List<RequestedChange> changes(List<Frame> frames, ChangeBuilder builder) {
    var groups = new ArrayList<Token>();
    var from = new ArrayList<Token>();
    tokens.stream().filter(t -> t.is("op") && TokenClass.holds(t, "<tenant>")).forEach(from::add);
    boolean alike = !from.isEmpty();
    boolean told =
        IntStream.range(0, tokens.size()).anyMatch(i -> tokens.get(i).is("who") && way(i) < 0);
    boolean first =
        tokens.stream()
            .filter(t -> t.is("who") || t.is("op"))
            .findFirst()
            .filter(t -> t.is("op") && !TokenClass.is(t.parts().getFirst(), "giving"))
            .isPresent();
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).is("who")) {
        boolean owns = i + 1 < tokens.size() && tokens.get(i + 1).text().equals("'s");
        boolean source = way(i) < 0 || (!told && !alike && way(i) == 0 && (owns || first));
        first = false;
        (source ? from : groups).add(tokens.get(i));
      }
    }
    var names = from.stream().flatMap(t -> t.each(Kind.TENANT)).toList();
    boolean twice = tokens.stream().filter(t -> t.is("op")).count() > 1;
    if (names.size() != 1 || from.size() != 1 || groups.size() != 1 || twice) {
      return unclear();
    }
    var source = names.getFirst();
    grounds.add(source.text(), source, source.rule().equals("typo") ? "typo" : "tenant");
    var copied = Optional.of(source.text());
    var out = new ArrayList<RequestedChange>();
    var places = frames.stream().filter(f -> f.has(Slot.WHERE)).findFirst().orElseGet(Frame::new);
    var inside =
        tokens.stream()
            .filter(t -> t.is("op"))
            .flatMap(t -> t.parts().stream())
            .filter(t -> t.is("where"))
            .toList();
    if (inside.size() > (places.has(Slot.WHERE) ? 0 : 1)) {
      questions.ask("where", "Copy the limits of which service?");
    }
    inside.forEach(where -> places.put(Slot.WHERE, where));
    for (Who who : whose.read(groups.getFirst())) {
      if (who.tenants().contains(source.text())) {
        return unclear();
      }
      for (Optional<String> service : builder.services(places)) {
        out.add(
            new RequestedChange(
                who, service, NONE, NONE, NONE, Settings.NONE, Optional.empty(), copied));
      }
    }
    return out;
  }

  private List<RequestedChange> unclear() {
    questions.ask("who", "Copy the policy of which tenant, and to which tenants?");
    return List.of();
  }

  /** By the word before the name: "to" 1, "from" -1, none 0. */
  private int way(int i) {
    for (int before = i - 1; before >= 0; before--) {
      var token = tokens.get(before);
      var words = token.is("op") ? token.parts() : List.of(token);
      var last = words.isEmpty() ? token : words.getLast();
      boolean asFor = before > 0 && tokens.get(before - 1).text().equals("as");
      boolean same = token.is("op") && TokenClass.has(words, "=same") && before == i - 1;
      if (last.is(Kind.WORD) && (asFor || same || FROM.contains(last.text()))) {
        return -1;
      }
      if (last.is(Kind.WORD) && TO.contains(last.text())) {
        return 1;
      }
      if (token.is("who") || token.is("op")) {
        break;
      }
    }
    return 0;
  }
}
