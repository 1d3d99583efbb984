package dev.deployclaw.core.language;

import dev.deployclaw.core.language.evaluation.OutcomeText;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A request that is malformed, hostile, contradictory or easily misread.
 *
 * @param meant the only plan that may come of it; empty where none may
 */
record BadRequest(String kind, String text, String meant) {
  static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static final long SEED = 26;
  private static final NameInventory NEAR_NAMES = nearNames();
  private static final String ORDER = "contoso orders 20 rps ";

  /** By the grammar, in the words of an evaluation. */
  Interpretation read() {
    boolean near = kind.equals("near names");
    return new GrammarInterpreter(kind.equals("clock change") ? BERLIN : ZoneId.of("UTC"))
        .read(new TaskRequest(text, "somebody", NOW), near ? NEAR_NAMES : Corpus.SAMPLES);
  }

  String outcome() {
    return OutcomeText.of(read());
  }

  static List<BadRequest> all() {
    return Stream.of(
            bare("empty", "", " ", "\n\n\t", "...", "?!", "the", "please", "—", "\"\"", "()"),
            huge(),
            binary(),
            bare(
                "mixed scripts",
                "set contoso to 20 rps на orders",
                "установи contoso to 20 rps on orders",
                "contoso orders 20 запросов per second",
                "block contoso и fabrikam",
                "block contoso 和 fabrikam",
                "contoso orders ２０ rps",
                "contoso orders ٢٠ rps",
                "contoso orders २० rps",
                "contoso orders Ⅻ rps",
                "contoso orders 20² rps",
                "contoso orders ½ rps"),
            bare(
                "right to left",
                "block con\u202etoso",
                "block \u200fcontoso",
                "contoso orders 20\u202e0 rps",
                "contoso orders \u20662\u20690 rps",
                "\u202dblock contoso\u202c",
                "block contoso\u200b",
                "block fabri\u00adkam",
                "\ufeffblock contoso",
                "contoso orders 2\u06450 rps"),
            bare(
                "homoglyphs",
                "block c\u043entoso",
                "b\u04cfock contoso",
                "unbl\u043eck contoso",
                "contoso orders 2O rps",
                "contoso orders l0 rps",
                "contoso \u043erders 20 rps",
                "contoso orders 20 r\u0440s",
                "contoso orders 20 rps, exc\u0435pt reports",
                "all tenants ex\u0441ept northwind 20 rps on orders"),
            near(),
            times(),
            contradictions(),
            foreign())
        .flatMap(List::stream)
        .toList();
  }

  private static List<BadRequest> bare(String kind, String... texts) {
    return Stream.of(texts).map(text -> new BadRequest(kind, text, "")).toList();
  }

  private static List<BadRequest> huge() {
    return bare(
        "huge",
        "block contoso ".repeat(100_000),
        "x".repeat(5_000_000),
        "(".repeat(1_990),
        "9".repeat(1_990) + " rps",
        ORDER + "and ".repeat(450),
        ORDER + ", ".repeat(900),
        "contoso orders " + "9".repeat(40) + " rps",
        "contoso orders 0.000000000000000000000001 rps",
        "contoso orders 1e400 rps",
        "block contoso for 99999999999999999999 years",
        "the ".repeat(299) + "block");
  }

  private static List<BadRequest> binary() {
    var out =
        new ArrayList<>(
            bare(
                "binary",
                "\u0000\u0001\u0002",
                "block contoso\u0000",
                "\u001b[2Jblock contoso",
                "\ud800",
                "block \udfff contoso",
                "block contoso\u0007",
                "\ue000block contoso"));
    var random = new Random(SEED);
    for (int i = 0; i < 40; i++) {
      byte[] bytes = new byte[1 + random.nextInt(400)];
      random.nextBytes(bytes);
      var charset = i % 2 == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_16BE;
      out.add(new BadRequest("binary", new String(bytes, charset), ""));
    }
    return out;
  }

  /** Of 500 tenants whose names are one character apart. */
  private static NameInventory nearNames() {
    var tenants = new TreeMap<String, Map<String, String>>();
    IntStream.range(0, 500).forEach(i -> tenants.put("customer-%03d".formatted(i), Map.of()));
    var document = Map.of("tenants", tenants, "services", List.of("orders", "order"));
    return NameInventoryFile.read(document).inventory();
  }

  private static List<BadRequest> near() {
    return List.of(
        new BadRequest("near names", "block customer-017", "block customer-017"),
        new BadRequest("near names", "block customer-17", ""),
        new BadRequest("near names", "block customer-0177", ""),
        new BadRequest("near names", "block customer-500", ""),
        new BadRequest("near names", "block costumer-01", ""),
        new BadRequest("near names", "block customer", ""),
        new BadRequest("near names", "block customer 17", ""),
        new BadRequest("near names", "block 017", ""),
        new BadRequest("near names", "block customer-01x and customer-018", ""),
        new BadRequest("near names", "customer-001 to customer-003: 20 rps on orders", ""),
        new BadRequest(
            "near names", "customer-017 20 rps on ordrs", "set-limit customer-017 orders 20/1"),
        new BadRequest(
            "near names", "customer-017 20 rps on orders", "set-limit customer-017 orders 20/1"),
        new BadRequest(
            "near names", "customer-017 20 rps on order", "set-limit customer-017 order 20/1"));
  }

  private static List<BadRequest> times() {
    return Stream.of(
            when("year 9999", "from 1 January 9999 at noon", ""),
            when("year 9999", "from 9999-12-31T23:59:59Z", ""),
            when("year 9999", "until 31 December 9999 23:59", ""),
            when("year 9999", "from 10000-01-01T00:00:00Z", ""),
            when("year 9999", "from +99999-01-01T00:00:00Z", ""),
            when("year 9999", "from 0000-01-01T00:00:00Z", ""),
            when("year 9999", "for 9999 years", ""),
            when("leap days", "from 29 February 2028 at noon", "@2028-02-29T12:00:00Z"),
            when("leap days", "from 2028-02-29T12:00:00Z", "@2028-02-29T12:00:00Z"),
            when("leap days", "from 29 February 2027 at noon", ""),
            when("leap days", "from 2027-02-29T12:00:00Z", ""),
            when("leap days", "from 29 February 2100 at noon", ""),
            when("leap days", "from 29 February at noon", ""),
            when("leap days", "from 30 February 2028 at noon", ""),
            when("leap days", "from 31 April 2027 at noon", ""),
            when("leap days", "until 2026-12-31T23:59:60Z", ""),
            when("clock change", "from 28 March 2027 02:30", ""),
            when("clock change", "from 28 March 2027 01:59", "@2027-03-28T01:59:00+01:00"),
            when("clock change", "from 28 March 2027 03:00", "@2027-03-28T03:00:00+02:00"),
            when("clock change", "from 31 October 2027 02:30", ""),
            when("clock change", "from 31 October 2027 03:00", "@2027-10-31T03:00:00+01:00"),
            when("clock change", "from 28 March 2027 02:30 UTC", "@2027-03-28T02:30:00Z"))
        .toList();
  }

  private static BadRequest when(String kind, String time, String meant) {
    String plan = meant.isEmpty() ? "" : "set-limit contoso orders 20/1 " + meant;
    return new BadRequest(kind, ORDER + time, plan);
  }

  private static List<BadRequest> contradictions() {
    return bare(
        "contradiction",
        "block contoso and unblock contoso",
        "block contoso, don't block contoso",
        "block contoso. No, don't.",
        "set contoso to 20 rps and 30 rps on orders",
        "contoso 20 rps on orders, contoso 30 rps on orders",
        "double and halve contoso on orders",
        "raise contoso on orders from 40 to 20 rps",
        "cut contoso on orders from 20 to 40 rps",
        "lower contoso to 150% on orders",
        ORDER + "for 2 hours for 3 hours",
        ORDER + "until 2 December 18:00 for 2 hours",
        ORDER + "from tomorrow 9am from Friday 9am",
        ORDER + "canary 5% canary 10%",
        ORDER + "canary 50% then 10%",
        ORDER + "with automatic approval, wait for my approval",
        "block contoso. Do not block them.",
        "unblock contoso, don't unblock contoso",
        "unblock contoso; block contoso",
        "don't block contoso, block contoso",
        "block contoso and fabrikam, but don't block fabrikam",
        "set contoso to 20 rps on orders, don't set contoso to 20 rps on orders",
        "set contoso to 20 rps on orders. Do not change contoso.",
        "roll back the last change, don't roll back",
        "double contoso on orders but don't double it",
        "remove contoso's limit on orders, keep contoso's limit on orders",
        "contoso except contoso 20 rps on orders",
        "contoso 20 rps on orders, leave contoso alone",
        "copy contoso's policy to contoso",
        "contoso orders 20 rps per minute",
        "shadow and enforce contoso on orders",
        "fail open and fail closed for contoso on orders",
        "contoso 20 rps on orders with no burst, burst 30");
  }

  private static List<BadRequest> foreign() {
    return bare(
        "another language",
        "Bitte contoso auf 20 Anfragen pro Sekunde bei orders begrenzen",
        "contoso bei orders nicht mehr als 20 rps geben",
        "contoso nicht blockieren",
        "blockiere contoso",
        "contoso bis Freitag sperren",
        "limite contoso à 20 requêtes par seconde sur orders",
        "ne bloquez pas contoso",
        "contoso orders 20 rps sauf le week-end",
        "bloquea a contoso",
        "no bloquees contoso",
        "contoso orders 20 rps, salvo fabrikam",
        "заблокируй contoso",
        "не блокируй contoso",
        "将 contoso 的 orders 限制为每秒 20 次请求",
        "contoso の orders を毎秒 20 リクエストに制限して",
        "قم بحظر contoso",
        "contoso को रोकें",
        "contoso'yu engelle",
        "contoso orders 20 rps değil",
        "zablokuj contoso",
        "Μπλόκαρε contoso",
        "blokkeer contoso niet");
  }

  /** For people: what a terminal can't show is an escape. */
  String shown() {
    var out = new StringBuilder();
    text.codePoints()
        .limit(60)
        .forEach(c ->
            out.append(
                Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                    ? "\\u%04x".formatted(c)
                    : Character.toString(c)));
    return out.toString();
  }
}
