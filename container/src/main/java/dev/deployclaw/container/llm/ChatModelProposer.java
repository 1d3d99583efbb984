package dev.deployclaw.container.llm;

import dev.deployclaw.core.language.IntentProposal;
import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposal.Cost;
import dev.deployclaw.core.language.IntentProposer;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Asks a chat model what a request means. It is asked again, with what was wrong, until its answer
 * can be read or a budget is used up; whatever a provider does becomes {@link Answer.Silent}. Any
 * number of threads.
 */
final class ChatModelProposer implements IntentProposer {
  private final ChatModel model;
  private final String name;
  private final Budget budget;

  /**
   * What one request may cost.
   *
   * @param time for all attempts together
   * @param tokens in and out, as the provider counts; no further attempt once they are used
   */
  record Budget(Duration time, int tokens, int attempts) {}

  ChatModelProposer(ChatModel model, String name, Budget budget) {
    this.model = model;
    this.name = name;
    this.budget = budget;
  }

  @Override
  public IntentProposal propose(String request, NameInventory names) {
    return new Conversation(IntentPrompt.of(request, names)).hold();
  }

  /** One request's attempts. One thread. */
  private final class Conversation {
    private final long start = System.nanoTime();
    private final List<ChatMessage> messages = new ArrayList<>();
    private final List<String> prompts = new ArrayList<>();
    private long in;
    private long out;

    Conversation(String prompt) {
      say(SystemMessage.from(IntentPrompt.SYSTEM), IntentPrompt.SYSTEM);
      say(UserMessage.from(prompt), prompt);
    }

    private void say(ChatMessage message, String text) {
      messages.add(message);
      prompts.add(CanonicalJson.sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    IntentProposal hold() {
      String problem = "";
      int calls = 0;
      while (calls < budget.attempts() && in + out < budget.tokens()) {
        calls++;
        try {
          var response = ask();
          count(response);
          if (response.finishReason() == FinishReason.LENGTH) {
            throw new ModelAnswerParser.Unreadable("the answer was cut off");
          }
          return proposal(ModelAnswerParser.of(response.aiMessage().text()), calls);
        } catch (ModelAnswerParser.Unreadable e) {
          problem = String.valueOf(e.getMessage());
          var repair = IntentPrompt.repair(problem);
          say(UserMessage.from(repair), repair);
        } catch (ExecutionException e) {
          return proposal(new Answer.Silent(BoundedChatCall.fault(e.getCause())), calls);
        } catch (TimeoutException e) {
          return proposal(new Answer.Silent("no answer within " + budget.time()), calls);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return proposal(new Answer.Silent("interrupted"), calls);
        }
      }
      return proposal(new Answer.Silent("after " + calls + " attempts, " + problem), calls);
    }

    private ChatResponse ask() throws ExecutionException, InterruptedException, TimeoutException {
      var chat =
          ChatRequest.builder()
              .messages(List.copyOf(messages))
              .responseFormat(IntentSchema.format())
              .build();
      long left = budget.time().toNanos() - (System.nanoTime() - start);
      return BoundedChatCall.ask(model, chat, left);
    }

    private void count(ChatResponse response) {
      var usage = response.tokenUsage();
      if (usage != null) {
        in += usage.inputTokenCount() == null ? 0 : usage.inputTokenCount();
        out += usage.outputTokenCount() == null ? 0 : usage.outputTokenCount();
      }
    }

    private IntentProposal proposal(Answer answer, int calls) {
      return new IntentProposal(answer, new Cost(name, calls, in, out, prompts));
    }
  }
}
