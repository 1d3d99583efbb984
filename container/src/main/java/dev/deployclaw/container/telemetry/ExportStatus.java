package dev.deployclaw.container.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether what is sent arrives; said once when that changes. Any thread. */
final class ExportStatus {
  private static final Logger LOG = LoggerFactory.getLogger(ExportStatus.class);

  private final AtomicBoolean lost = new AtomicBoolean();

  /** Notes what a sending comes to, whenever that is. */
  CompletableResultCode watch(CompletableResultCode sending) {
    return sending.whenComplete(() -> note(sending));
  }

  private void note(CompletableResultCode sent) {
    if (sent.isSuccess()) {
      if (lost.getAndSet(false)) {
        LOG.atInfo().log("The collector takes telemetry again");
      }
    } else {
      var why = sent.getFailureThrowable();
      dropped(why == null ? "no answer in time" : why.getClass().getSimpleName());
    }
  }

  /** Something wasn't sent. */
  void dropped(String reason) {
    if (!lost.getAndSet(true)) {
      LOG.atWarn()
          .addKeyValue("reason", reason)
          .log("Telemetry is lost: the collector doesn't take it. Executions go on");
    }
  }
}
