package dev.deployclaw.container.llm;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One question to a model, within a time. */
final class BoundedChatCall {
  private BoundedChatCall() {}

  /** On a thread of its own, given up at the deadline: a provider may trickle for ever. */
  static ChatResponse ask(ChatModel model, ChatRequest question, long nanos)
      throws ExecutionException, InterruptedException, TimeoutException {
    var task = new FutureTask<>(() -> model.chat(question));
    var thread = Thread.ofVirtual().name("model").start(task);
    try {
      return task.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } finally {
      thread.interrupt();
    }
  }

  /** What happened, without a provider's own words: they may hold a key, or anything. */
  static String fault(@Nullable Throwable cause) {
    return switch (cause) {
      case RateLimitException _ -> "the provider's rate limit is reached";
      case AuthenticationException _ -> "the provider refuses the key";
      case ModelNotFoundException _ -> "the provider doesn't know the model";
      case dev.langchain4j.exception.TimeoutException _ -> "the provider was too slow";
      case null -> "the provider failed";
      default -> "the provider failed (" + cause.getClass().getSimpleName() + ")";
    };
  }
}
