package dev.deployclaw.audit.signin;

import com.fasterxml.jackson.databind.ObjectWriter;
import dev.deployclaw.audit.export.ExportTotals;
import dev.deployclaw.audit.export.ExportedText;
import dev.deployclaw.audit.export.LogExport;
import dev.deployclaw.audit.export.LogVerdict;
import dev.deployclaw.audit.export.LoggedRecord;
import dev.deployclaw.audit.export.OcsfEvent;
import dev.deployclaw.audit.export.OcsfEvent.Activity;
import dev.deployclaw.audit.export.OcsfEvent.ActivityWord;
import dev.deployclaw.audit.export.OcsfEvent.EventClass;
import dev.deployclaw.audit.export.OcsfStatus;
import dev.deployclaw.audit.signin.OcsfSignIn.Protocol;
import dev.deployclaw.audit.signin.OcsfSignIn.Source;
import dev.deployclaw.audit.signin.SignInEvent.Kind;
import dev.deployclaw.policy.json.RecordJson;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Sign-ins as events of OCSF's class Authentication, one a line. For one thread. */
public record SignInExport(SignInReader reader) {
  private static final ObjectWriter JSON = RecordJson.MAPPER.writer();
  private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F:.]+(%.*)?");

  /** What an event says beside its record. */
  private record Told(ActivityWord activity, String name, OcsfStatus status) {
    static Told of(Kind kind) {
      return switch (kind) {
        case SIGNED_IN -> new Told(ActivityWord.LOGON, "", OcsfStatus.SUCCESS);
        case SIGNED_OUT -> new Told(ActivityWord.LOGOFF, "", OcsfStatus.SUCCESS);
        case REFUSED -> new Told(ActivityWord.LOGON, "", OcsfStatus.FAILURE);
        case DENIED -> new Told(ActivityWord.OTHER, kind.word(), OcsfStatus.FAILURE);
        case BEGAN, CALLS_ON -> new Told(ActivityWord.OTHER, kind.word(), OcsfStatus.SUCCESS);
        case TAMPERED -> new Told(ActivityWord.OTHER, kind.word(), OcsfStatus.SERIOUS);
        case LEFT_OUT -> new Told(ActivityWord.OTHER, kind.word(), OcsfStatus.UNKNOWN);
      };
    }
  }

  /**
   * Writes the events of a period, and one for each log that doesn't verify.
   *
   * @param totals to which such a log is added
   */
  public void write(LogExport.Order order, Writer out, ExportTotals totals) throws IOException {
    reader.read(
        order.period(),
        (log, verdict, records) -> {
          if (verdict.kind() == LogVerdict.Kind.FAILED) {
            totals.add(verdict);
            line(out, failed(log, verdict, order.now()));
          }
          for (var entry : records) {
            var event = SignInEvent.of(entry.facts());
            if (event.isPresent()) {
              line(out, event(log, verdict, entry, event.get()));
            }
          }
        });
    out.flush();
  }

  private static void line(Writer out, OcsfSignIn event) throws IOException {
    out.write(JSON.writeValueAsString(event));
    out.write('\n');
  }

  private static OcsfSignIn event(
      String log, LogVerdict verdict, LoggedRecord entry, SignInEvent event) {
    var told = Told.of(event.kind());
    String detail = event.detail();
    String message = event.kind().sentence() + (detail.isEmpty() ? "" : ": " + detail);
    return new OcsfSignIn(
        Activity.of(EventClass.AUTHENTICATION, told.activity()).named(told.name()),
        OcsfEvent.Occurrence.of(entry.time(), told.status(), message, event.reason()),
        metadata(log, entry, event.kind().word()),
        new OcsfEvent.User(ExportedText.some(event.who()).orElse("unknown"), 0),
        new OcsfEvent.Service(OcsfEvent.AGENT),
        source(event.from()),
        Protocol.of(event.means()),
        ADDRESS.matcher(event.from()).matches(),
        event.count(),
        ExportedText.some(entry.reference().hash()).map(OcsfEvent.Fingerprint::sha256),
        OcsfEvent.Evidence.of(log, verdict, entry));
  }

  private static OcsfSignIn failed(String log, LogVerdict verdict, Instant now) {
    var nothing = new LoggedRecord(Map.of());
    String message = "The log " + log + " doesn't verify: " + verdict.reason();
    return new OcsfSignIn(
        Activity.of(EventClass.AUTHENTICATION, ActivityWord.OTHER).named("verify"),
        OcsfEvent.Occurrence.of(now, OcsfStatus.SERIOUS, message, verdict.reason()),
        metadata(log, nothing, "verify"),
        new OcsfEvent.User("unknown", 0),
        new OcsfEvent.Service(OcsfEvent.AGENT),
        Optional.empty(),
        Protocol.of(""),
        false,
        1,
        Optional.empty(),
        OcsfEvent.Evidence.of(log, verdict, nothing));
  }

  private static OcsfEvent.Metadata metadata(String log, LoggedRecord entry, String code) {
    return new OcsfEvent.Metadata(
        OcsfEvent.SCHEMA_VERSION,
        new OcsfEvent.Product(OcsfEvent.AGENT, "DeployClaw", LogExport.PRODUCT_VERSION),
        log + "/" + entry.reference().seq() + "/" + code,
        log,
        entry.reference().seq(),
        "sign-in log",
        code,
        ExportedText.some(entry.text("time")),
        Optional.empty());
  }

  private static Optional<Source> source(String from) {
    boolean address = ADDRESS.matcher(from).matches();
    return ExportedText.some(from)
        .map(text ->
            address
                ? new Source(Optional.of(text), Optional.empty())
                : new Source(Optional.empty(), Optional.of(text)));
  }
}
