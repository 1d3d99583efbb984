package dev.deployclaw.bench.limiter;

import java.util.concurrent.CompletionStage;

/** Decides whether a request of a tenant may pass, without being waited for. */
public interface RateLimiter extends AutoCloseable {
  String title();

  /** Asks on any thread; completes on any, exceptionally where the answer isn't yes. */
  CompletionStage<?> ask(int tenant);

  @Override
  void close();
}
