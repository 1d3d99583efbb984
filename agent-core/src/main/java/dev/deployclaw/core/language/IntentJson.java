package dev.deployclaw.core.language;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Grounding;
import dev.deployclaw.core.task.Intent.Guards;
import dev.deployclaw.core.task.Intent.Schedule;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.policy.model.CounterKeyPart;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * An intent as JSON-like maps, for people and for canonical bytes. Absent parts are left out. The
 * inverse is {@link IntentJsonReader}.
 */
public final class IntentJson {
  private IntentJson() {}

  /** The form that is printed: {@code scale} is a decimal number. */
  public static Map<String, Object> of(Intent intent) {
    return write(intent, scale -> scale.setScale(Math.max(0, scale.scale())));
  }

  /** The form that is hashed: whole numbers only, so {@code scale} is a reduced fraction "3/2". */
  public static Map<String, Object> canonical(Intent intent) {
    return write(intent, IntentJson::fraction);
  }

  public static List<Map<String, Object>> grounding(Intent intent) {
    return intent.grounding().stream().map(IntentJson::grounding).toList();
  }

  private static Map<String, Object> write(Intent intent, Function<BigDecimal, Object> scale) {
    var out = new LinkedHashMap<String, Object>();
    out.put("operation", intent.operation().word());
    intent.target().ifPresent(t -> out.put("target", t));
    out.put("changes", intent.changes().stream().map(c -> change(c, scale)).toList());
    out.put("guards", guards(intent.guards()));
    out.put("schedule", schedule(intent.schedule()));
    return out;
  }

  private static Map<String, Object> change(
      RequestedChange change, Function<BigDecimal, Object> scale) {
    var out = new LinkedHashMap<String, Object>();
    change.operation().ifPresent(o -> out.put("operation", o.word()));
    var who = change.who();
    if (!who.tenants().isEmpty()) {
      out.put("tenants", who.tenants());
    }
    if (!who.labels().isEmpty()) {
      out.put("labels", who.labels());
    }
    if (who.all()) {
      out.put("all", true);
    }
    if (!who.except().isEmpty()) {
      out.put("except", who.except());
    }
    change.service().ifPresent(s -> out.put("service", s));
    change.route().ifPresent(r -> out.put("route", r));
    change.method().ifPresent(m -> out.put("method", m));
    change.limit().ifPresent(l -> out.put("limit", l));
    change.limitWindowSeconds().ifPresent(w -> out.put("limitWindowSeconds", w));
    if (!change.set().equals(Settings.NONE)) {
      out.put("set", settings(change.set()));
    }
    change.scale().ifPresent(s -> out.put("scale", scale.apply(s)));
    change.from().ifPresent(f -> out.put("from", f));
    return out;
  }

  private static Map<String, Object> settings(Settings set) {
    var out = new LinkedHashMap<String, Object>();
    set.requests().ifPresent(r -> out.put("requests", r));
    set.windowSeconds().ifPresent(w -> out.put("windowSeconds", w));
    set.burst().ifPresent(b -> out.put("burst", b));
    set.algorithm().ifPresent(a -> out.put("algorithm", a.word()));
    set.mode().ifPresent(m -> out.put("mode", m.word()));
    set.onBackendFailure().ifPresent(f -> out.put("onBackendFailure", f.word()));
    set.key().ifPresent(k -> out.put("key", k.stream().map(CounterKeyPart::word).toList()));
    return out;
  }

  private static Map<String, Object> guards(Guards guards) {
    var out = new LinkedHashMap<String, Object>();
    guards.approval().ifPresent(a -> out.put("approval", a.name().toLowerCase(Locale.ROOT)));
    if (guards.dryRun()) {
      out.put("dryRun", true);
    }
    guards.canaryPercent().ifPresent(c -> out.put("canaryPercent", c));
    if (!guards.widenPercent().isEmpty()) {
      out.put("widenPercent", guards.widenPercent());
    }
    guards.bakeSeconds().ifPresent(b -> out.put("bakeSeconds", b));
    guards.maxP99Millis().ifPresent(p -> out.put("maxP99Millis", p));
    return out;
  }

  private static Map<String, Object> schedule(Schedule schedule) {
    var out = new LinkedHashMap<String, Object>();
    schedule.startAt().ifPresent(s -> out.put("startAt", s));
    schedule.revertAfterSeconds().ifPresent(r -> out.put("revertAfterSeconds", r));
    schedule.revertAt().ifPresent(r -> out.put("revertAt", r));
    return out;
  }

  private static Map<String, Object> grounding(Grounding grounding) {
    var out = new LinkedHashMap<String, Object>();
    out.put("value", grounding.value());
    out.put("from", grounding.from());
    out.put("to", grounding.to());
    out.put("rule", grounding.rule());
    return out;
  }

  private static String fraction(BigDecimal scale) {
    var denominator = BigInteger.TEN.pow(Math.max(0, scale.scale()));
    var numerator = scale.multiply(new BigDecimal(denominator)).toBigIntegerExact();
    var divisor = numerator.gcd(denominator);
    return numerator.divide(divisor) + "/" + denominator.divide(divisor);
  }
}
