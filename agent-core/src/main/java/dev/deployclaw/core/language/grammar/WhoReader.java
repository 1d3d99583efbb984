package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.grammar.Frame.Slot;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.GroundingList;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.task.RequestedChange.Who;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tenants, labels, everybody, and who is left out of them. One object reads one request. */
record WhoReader(
    EstateNames names, List<Token> all, OpenQuestions questions, GroundingList grounds) {
  /** Each alternative is a change of its own. */
  List<Who> read(Token who) {
    var tenants = new LinkedHashSet<String>();
    var out = new ArrayList<Who>();
    var except = new LinkedHashSet<String>();
    for (Token part : flat(who)) {
      if (part.is(Kind.TENANT)) {
        tenants.add(tenant(part));
      } else if (part.is("labels")) {
        out.add(labelled(part));
      } else if (part.is("all") || part.is("others")) {
        except.addAll(part.is("others") ? others(who) : List.of());
        grounds.add("all", part, "all");
        out.add(new Who(List.of(), new TreeMap<>(), true, List.of()));
      } else if (part.is("except")) {
        except.addAll(exempt(part));
      }
    }
    if (!tenants.isEmpty()) {
      out.addFirst(new Who(List.copyOf(tenants), new TreeMap<>(), false, List.of()));
    }
    boolean open = out.stream().anyMatch(w -> w.tenants().isEmpty());
    boolean denied = who.all().anyMatch(t -> t.is("except") && TokenClass.holds(t, "=not"));
    if (!except.isEmpty() && !open && !(denied && except.stream().noneMatch(tenants::contains))) {
      questions.ask(
          "who", "An exception needs a group, such as all tenants: which tenants do you mean?");
    }
    return out.stream()
        .map(w ->
            w.tenants().isEmpty()
                ? new Who(w.tenants(), w.labels(), w.all(), List.copyOf(except))
                : w)
        .toList();
  }

  /** The same with more exceptions. */
  List<Who> less(List<Who> whom, Set<String> except) {
    return whom.stream()
        .map(w -> {
          var more = new LinkedHashSet<>(w.except());
          more.addAll(except);
          return new Who(w.tenants(), w.labels(), w.all(), List.copyOf(more));
        })
        .toList();
  }

  private Set<String> exempt(Token part) {
    var out = new LinkedHashSet<String>();
    for (Token one : flat(part)) {
      if (one.is(Kind.TENANT)) {
        out.add(tenant(one));
      } else if (one.is("labels")) {
        labelled(one)
            .labels()
            .forEach((key, value) -> {
              for (String name : names.labelled(key, value)) {
                grounds.add(name, one, "label");
                out.add(name);
              }
            });
      } else if (one.is("all") || one.is("others")) {
        questions.ask("who", "The exception covers all tenants: which tenants do you mean?");
      }
    }
    return out;
  }

  private static List<Token> flat(Token token) {
    if (TokenClass.is(token, "<tenant> | <labels> | <all> | <others>")) {
      return List.of(token);
    }
    var out = new ArrayList<Token>();
    for (Token part : token.parts()) {
      if (part.is("except")) {
        out.add(part);
      } else {
        out.addAll(flat(part));
      }
    }
    return out;
  }

  private String tenant(Token token) {
    grounds.add(token.text(), token, token.rule().equals("typo") ? "typo" : "tenant");
    return token.text();
  }

  private Who labelled(Token token) {
    var labels = new TreeMap<String, String>();
    token
        .each(Kind.LABEL)
        .forEach(label -> {
          var pair = label.text().split("=", 2);
          grounds.add(pair[1], label, label.rule());
          if (labels.put(pair[0], pair[1]) != null) {
            questions.ask("who", "Which " + pair[0] + " do you mean?");
          }
        });
    return new Who(List.of(), labels, false, List.of());
  }

  private List<String> others(Token who) {
    var named =
        all.stream()
            .filter(t -> !t.equals(who))
            .flatMap(t -> t.each(Kind.TENANT))
            .map(Token::text)
            .distinct()
            .toList();
    if (named.isEmpty()) {
      questions.ask("who", "Other than which tenants?");
    }
    return named;
  }

  /** Who is to be left out of an open group; a question where what stays is what changes. */
  Set<String> spared(List<Token> tokens, List<Frame> frames) {
    var out = new LinkedHashSet<String>();
    var who = texts(frames, Slot.WHO, Kind.TENANT);
    var where = texts(frames, Slot.WHERE, Kind.SERVICE);
    boolean open =
        frames.stream()
            .flatMap(f -> f.get(Slot.WHO).stream())
            .anyMatch(t -> TokenClass.holds(t, "<all> | <labels> | <others>"));
    for (Token spare :
        tokens.stream().filter(t -> TokenClass.is(t, "<spare> | <except>")).toList()) {
      var tenants = spare.each(Kind.TENANT).map(Token::text).collect(Collectors.toSet());
      var services = spare.each(Kind.SERVICE).map(Token::text).collect(Collectors.toSet());
      boolean other =
          !services.isEmpty() && services.stream().noneMatch(where::contains) && !where.isEmpty();
      boolean another = apart(spare, frames);
      boolean label = !another && TokenClass.holds(spare, "<labels> | <all>");
      boolean denied = TokenClass.holds(spare, "=not");
      if (spare.is("except") && !open && !denied) {
        questions.ask(
            "who", "An exception needs a group, such as all tenants: which tenants do you mean?");
      }
      if (open && services.isEmpty() && !tenants.isEmpty() && !label) {
        out.addAll(exempt(spare));
      } else if (!other
          && !another
          && (label
              || who.isEmpty()
              || tenants.isEmpty()
              || tenants.stream().anyMatch(who::contains))) {
        questions.ask("who", "Something should stay as it is: what should change? Name both.");
      }
    }
    return out;
  }

  /** Another value of the same label: no tenant has both. */
  private static boolean apart(Token spare, List<Frame> frames) {
    var who = frames.stream().map(f -> f.get(Slot.WHO)).flatMap(Optional::stream).toList();
    var spared = labels(List.of(spare));
    var changed = labels(who);
    boolean only =
        who.size() == frames.size()
            && spared.size() == 1
            && changed.size() == 1
            && Stream.concat(who.stream(), Stream.of(spare))
                .noneMatch(t -> TokenClass.holds(t, "<all> | <others> | <tenant>"));
    return only
        && !spared.equals(changed)
        && spared.getFirst().split("=", 2)[0].equals(changed.getFirst().split("=", 2)[0]);
  }

  private static List<String> labels(List<Token> tokens) {
    return tokens.stream().flatMap(t -> t.each(Kind.LABEL)).map(Token::text).distinct().toList();
  }

  private static Set<String> texts(List<Frame> frames, Slot slot, Kind kind) {
    return frames.stream()
        .flatMap(f -> f.get(slot).stream())
        .flatMap(t -> t.each(kind))
        .map(Token::text)
        .collect(Collectors.toSet());
  }
}
