package dev.deployclaw.container.llm;

import dev.deployclaw.core.language.IntentProposal;
import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposal.Cost;
import dev.deployclaw.core.language.IntentProposer;
import dev.deployclaw.core.language.ProposalRequest;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Asks a chat model what a request means. What can't be read, or what the check finds, goes back
 * while the budget lasts: the check's problems once. Whatever a provider does becomes {@link
 * Answer.Silent}; where only the repair fails, the answer before it counts. Any number of threads.
 */
record ChatModelProposer(ChatModel model, String name, Budget budget) implements IntentProposer {
  /** Tokens are shorter than words: so many characters a token, at least, in what we send. */
  private static final int CHARACTERS_A_TOKEN = 3;

  private static final int FEWEST = 100;
  private static final int LONGEST_SENT_BACK = 8_000;

  /**
   * What one request may cost.
   *
   * @param time for all attempts together
   * @param tokens in and out, as the provider counts, or as we estimate where it doesn't
   */
  record Budget(Duration time, int tokens, int attempts) {}

  @Override
  public IntentProposal propose(ProposalRequest asked, Function<Answer, Optional<String>> fault) {
    return new Conversation(IntentPrompt.user(asked)).hold(fault);
  }

  /** One request's attempts. One thread. */
  private final class Conversation {
    private final long start = System.nanoTime();
    private final List<ChatMessage> messages = new ArrayList<>();
    private final List<String> prompts = new ArrayList<>();
    private Optional<Answer> flawed = Optional.empty();
    private long length;
    private long in;
    private long out;
    private int calls;

    Conversation(String prompt) {
      say(SystemMessage.from(IntentPrompt.system()), IntentPrompt.system());
      say(UserMessage.from(prompt), prompt);
    }

    private void say(ChatMessage message, String text) {
      messages.add(message);
      length += text.length();
      prompts.add(CanonicalJson.sha256(text));
    }

    IntentProposal hold(Function<Answer, Optional<String>> fault) {
      String problem = "the budget of " + budget.tokens() + " tokens is too small for the prompt";
      while (calls < budget.attempts() && left() > FEWEST) {
        calls++;
        try {
          var response = ask();
          count(response);
          var read = ModelAnswerParser.of(response);
          var wrong = read.problem().or(() -> read.answer().flatMap(fault));
          if (wrong.isEmpty() || (flawed.isPresent() && read.answer().isPresent())) {
            return proposal(read.answer().orElseThrow());
          }
          flawed = flawed.or(read::answer);
          problem = wrong.get();
          repair(String.valueOf(response.aiMessage().text()), IntentPrompt.repair(problem));
        } catch (ExecutionException e) {
          return silent(BoundedChatCall.fault(e.getCause()));
        } catch (TimeoutException e) {
          return silent("no answer within " + budget.time());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return silent("interrupted");
        }
      }
      return silent("after " + calls + " attempts, " + problem);
    }

    /** Tokens that are left for the next answer, its prompt taken off. */
    private long left() {
      return budget.tokens() - in - out - length / CHARACTERS_A_TOKEN;
    }

    private ChatResponse ask() throws ExecutionException, InterruptedException, TimeoutException {
      var chat =
          ChatRequest.builder()
              .messages(List.copyOf(messages))
              .responseFormat(IntentSchema.format())
              .maxOutputTokens((int) Math.min(ChatModelFactory.LONGEST_ANSWER, left()))
              .build();
      long nanos = budget.time().toNanos() - (System.nanoTime() - start);
      return BoundedChatCall.ask(model, chat, nanos);
    }

    /** Its answer and what is wrong with it. */
    private void repair(String answer, String problem) {
      if (!answer.isBlank() && answer.length() <= LONGEST_SENT_BACK) {
        messages.add(AiMessage.from(answer));
        length += answer.length();
      }
      say(UserMessage.from(problem), problem);
    }

    private void count(ChatResponse response) {
      var usage = response.tokenUsage();
      var input = Optional.ofNullable(usage).map(TokenUsage::inputTokenCount);
      var output = Optional.ofNullable(usage).map(TokenUsage::outputTokenCount);
      in += input.map(Integer::longValue).orElse(length / CHARACTERS_A_TOKEN);
      out += output.orElse(0);
    }

    private IntentProposal silent(String why) {
      return proposal(flawed.orElseGet(() -> new Answer.Silent(why)));
    }

    private IntentProposal proposal(Answer answer) {
      return new IntentProposal(answer, new Cost(name, calls, in, out, prompts));
    }
  }
}
