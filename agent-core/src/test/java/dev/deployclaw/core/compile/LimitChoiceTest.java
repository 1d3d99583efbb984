package dev.deployclaw.core.compile;

import static dev.deployclaw.core.compile.CompilerFixtures.NO_SOURCES;
import static dev.deployclaw.core.compile.CompilerFixtures.limit;
import static dev.deployclaw.core.compile.CompilerFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.compile.CompilationResult.Ready;
import dev.deployclaw.core.compile.CompilationResult.Refused;
import dev.deployclaw.core.compile.CompilationResult.Unclear;
import dev.deployclaw.core.language.Interpretation;
import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of the limits that there are a request in words changes, from the words to the target. */
class LimitChoiceTest {
  private static final Limit BY_USER =
      Limit.tokenBucket("per-user", RequestMatch.service("billing"), 5, Duration.ofSeconds(1))
          .per(List.of(new CounterKeyPart.Header("x-user-id")));

  private final PolicySet committed =
      PolicySet.of(
          List.of(
              gold(
                  "acme",
                  limit("search-hour", "search", 9000, 3600),
                  limit("search-second", "search", 50, 1),
                  limit("orders", "orders", 600, 60)),
              gold("globex", limit("orders", "orders", 60, 60)),
              gold("initech", BY_USER)),
          List.of(),
          "");

  /** What changes, as {@code tenant/limit requests/window}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "set acme's hourly limit on search to 5000 | acme/search-hour 5000/3600",
        "set acme's per-second limit on search to 20 rps | acme/search-second 20/1",
        "halve acme's hourly quota | acme/search-hour 4500/3600",
        "remove acme's per-second limit on search | acme/search-second -",
        "set search-hour of acme to 100 per hour | acme/search-hour 100/3600",
        "set globex to 90 per minute | globex/orders 90/60",
        "set acme's hourly limit to 5000 | acme/search-hour 5000/3600",
        "double acme on search | acme/search-hour 18000/3600, acme/search-second 100/1",
        "acme 3 concurrent on search | acme/search 3/60",
        "globex 4 concurrent on orders | globex/orders-2 4/60",
        "POST /pay of billing for globex: 1.5 rps | globex/billing-post-pay 3/2",
        "set initech to 9 rps per user | initech/per-user 9/1",
        "acme 5 rps per IP on orders | acme/orders-2 5/1",
        "double search for gold tenants | acme/search-hour 18000/3600, acme/search-second 100/1",
        "block globex and set acme to 70 rps on orders | acme/orders 70/1, globex blocked",
      })
  void changesTheOneThatIsMeant(String request, String changed) {
    assertThat(changes(ready(request).target())).isEqualTo(changed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "set acme to 100 rps | Which limit of acme",
        "set gold tenants to 100 rps | On which service",
        "set acme's daily limit on search to 100 | has no such limit: not a limit per 1d on search",
        "halve globex's hourly quota | It has orders (1m)",
        "remove acme's limit on search | has several such limits: search-hour (1h)",
        "halve globex on search | has no such limit: not a limit on search",
        "acme orders 5 rps per session | what identifies each one",
      })
  void asksWhereItIsNotClear(String request, String question) {
    assertThat(questions(request)).anySatisfy(asked -> assertThat(asked).contains(question));
  }

  @Test
  void saysWhoOfAGroupHasNoSuchLimit() {
    assertThat(ready("double search for gold tenants").warnings())
        .containsExactly("skipped, without a limit on search: globex, initech");
    assertThat(ready("double search for all tenants but globex").warnings())
        .containsExactly("skipped, without a limit on search: initech");
  }

  @Test
  void refusesWhereNobodyOfAGroupHasOne() {
    var compiled = compiled("halve billing for all tenants except initech");

    assertThat(compiled)
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains("none of these tenants has a limit on billing: acme, globex")
                    .contains("set one first"));
  }

  @Test
  void saysThatAllLimitsChangeWhereNoServiceIsNamed() {
    assertThat(ready("halve acme").warnings())
        .containsExactly(
            "no service was named, so all limits of acme change: "
                + "search-hour (1h), search-second (1s), orders (1m)");
    assertThat(ready("halve globex").warnings()).isEmpty();
  }

  @Test
  void keepsTheKeyAndTheLimitBeside() {
    var acme = ready("acme 5 rps per IP on orders").target().tenant("acme").orElseThrow();

    assertThat(acme.limits()).hasSize(4);
    assertThat(acme.limits().getLast().key()).containsExactly(new CounterKeyPart.ClientAddress());
    var initech = ready("set initech to 9 rps per user").target().tenant("initech").orElseThrow();
    assertThat(initech.limits().getFirst().key()).isEqualTo(BY_USER.key());
  }

  private static TenantPolicy gold(String name, Limit... limits) {
    var plain = tenant(name, limits);
    return new TenantPolicy(
        name,
        new TreeMap<>(Map.of("tier", "gold")),
        plain.parent(),
        false,
        plain.onBackendFailure(),
        plain.limits());
  }

  private Ready ready(String request) {
    return (Ready) compiled(request);
  }

  private CompilationResult compiled(String request) {
    var intent = ((Planned) read(request)).intent();
    return IntentCompiler.compile(
        intent, new IntentCompiler.Ground(committed, NO_SOURCES, List.of(), ""));
  }

  private List<String> questions(String request) {
    return switch (read(request)) {
      case NeedsClarification unclear -> unclear.texts();
      case Planned _ -> ((Unclear) compiled(request)).questions();
      case Interpretation.Inquiry(var question) -> List.of(question.topic().word());
      case Interpretation.Refused refused -> List.of(refused.reason());
    };
  }

  private Interpretation read(String request) {
    var tenants = new TreeMap<String, SortedMap<String, String>>();
    committed.tenants().forEach((name, policy) -> tenants.put(name, policy.labels()));
    var names =
        new NameInventory(tenants, new TreeSet<>(Set.of("search", "orders", "billing")), committed);
    return new GrammarInterpreter()
        .read(new TaskRequest(request, "somebody", Instant.EPOCH), names);
  }

  private String changes(PolicySet target) {
    return target.tenants().values().stream()
        .flatMap(after -> {
          var before = committed.tenant(after.tenant()).orElseThrow();
          var gone = new TreeSet<>(names(before));
          gone.removeAll(names(after));
          var changed =
              after.limits().stream()
                  .filter(l -> !before.limits().contains(l))
                  .map(l -> "%s %d/%d".formatted(l.name(), l.requests(), l.window().toSeconds()));
          var all = new ArrayList<>(changed.toList());
          gone.forEach(name -> all.add(name + " -"));
          var out = new ArrayList<>(all.stream().map(c -> after.tenant() + "/" + c).toList());
          if (after.blocked()) {
            out.add(after.tenant() + " blocked");
          }
          return out.stream();
        })
        .collect(Collectors.joining(", "));
  }

  private static List<String> names(TenantPolicy policy) {
    return policy.limits().stream().map(Limit::name).toList();
  }
}
