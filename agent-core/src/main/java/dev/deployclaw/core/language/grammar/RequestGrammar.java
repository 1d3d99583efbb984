package dev.deployclaw.core.language.grammar;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.grammar.Frame.Slot;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.KeyPhrase;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.time.EndClock;
import dev.deployclaw.core.language.time.TimeReader;
import dev.deployclaw.core.language.value.GroundingList;
import dev.deployclaw.core.language.value.OpenQuestions;
import dev.deployclaw.core.language.value.SaidChange;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Intent.Schedule;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Who;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads an intent from tokens: phrases, clauses, frames, changes. One object, one request. */
public final class RequestGrammar {
  private static final Set<TaskOperation> LOOKS =
      Set.of(TaskOperation.SCAN, TaskOperation.VALIDATE, TaskOperation.CHECK_DRIFT);

  /** The rule of a place that a request leaves open though its tenants have several limits. */
  public static final String OPEN = "open";

  private final String text;
  private final EstateNames names;
  private final OpenQuestions times;
  private final OpenQuestions questions;
  private final GroundingList grounds = new GroundingList();
  private final UnquotedPieces pieces;
  private final List<Token> told;
  private final ClauseReader clauses;
  private final OrderDoubts doubts;
  private final List<Token> typed;
  private final List<Token> phrases;
  private final List<Token> tokens;
  private final List<Token> implied = new ArrayList<>();
  private List<SaidChange> said = List.of();
  private final OpenQuestions loose = new OpenQuestions();

  /**
   * Lexed, with its times resolved: the whole, or, where that asks and its order alone doesn't, the
   * order, with the rest as background.
   */
  public static RequestGrammar of(
      TaskRequest request, NameInventory inventory, ZoneId zone, OpenQuestions questions) {
    var times = new OpenQuestions();
    var names = new EstateNames(inventory);
    var sentences = sentences(request, names, zone, times);
    var pieces = new OrderCore(sentences, names, times).pieces();
    return new RequestGrammar(pieces, names, times, questions);
  }

  /** The same request, cut alike and not read yet, with other questions. */
  public RequestGrammar asking(OpenQuestions others) {
    return new RequestGrammar(pieces, names, times, others);
  }

  /**
   * Without the pieces that a reader quotes nothing of and that bear on no order. What it asks is
   * dropped.
   */
  public static RequestGrammar quoting(
      TaskRequest request, NameInventory inventory, ZoneId zone, UnquotedPieces.Claims claims) {
    var dropped = new OpenQuestions();
    var names = new EstateNames(inventory);
    var pieces = UnquotedPieces.of(sentences(request, names, zone, dropped), claims);
    return new RequestGrammar(pieces, names, dropped, dropped);
  }

  private static ToldSentences sentences(
      TaskRequest request, EstateNames names, ZoneId zone, OpenQuestions times) {
    String text = request.text();
    var reader = new TimeReader(text, request.received().atZone(zone), times);
    return new ToldSentences(text, reader.read(RequestLexer.read(text, names)).tokens());
  }

  /**
   * @param times what its times ask; nothing of it counts where they only tell
   */
  RequestGrammar(
      UnquotedPieces pieces, EstateNames names, OpenQuestions times, OpenQuestions questions) {
    this.pieces = pieces;
    this.text = pieces.sentences().text();
    this.names = names;
    this.times = times;
    this.questions = questions;
    this.typed = pieces.sentences().typed();
    this.told = pieces.told();
    var rest =
        typed.stream()
            .filter(t -> !told.contains(t))
            .dropWhile(t -> t.isStop() && !t.equals(typed.getFirst()))
            .toList();
    var words = new OpenQuestions();
    var phrased =
        pieces.sentences().phrases(rest).stream()
            .map(t -> KeyPhrase.resolved(t, names))
            .map(t -> ImpliedPlace.pooled(t, names))
            .toList();
    this.phrases = PhraseReader.joined(EndClock.onDayOfStart(phrased), words);
    this.clauses = new ClauseReader(rest, phrases, pieces::isQuoted, words);
    clauses.read();
    var asked = clauses.ordering().stream().filter(t -> t.is("asked-time")).toList();
    times.questions().stream()
        .filter(q -> asked.stream().anyMatch(t -> within(q, t)))
        .forEach(questions::ask);
    words.questions().stream()
        .filter(q -> !pieces.isQuoting() || !q.slot().equals("words"))
        .forEach(questions::ask);
    this.tokens = Antecedents.resolve(text, clauses.ordering(), telling(), questions);
    this.doubts = new OrderDoubts(tokens, questions);
  }

  /** What only tells why; the rest orders. */
  public List<Token> telling() {
    return Stream.concat(told.stream(), clauses.telling().stream())
        .sorted(Comparator.comparingInt(Token::from))
        .toList();
  }

  /** What orders: slots, phrases, courtesies, what is neither, and places that follow from whom. */
  public List<Token> tokens() {
    return Stream.concat(tokens.stream(), implied.stream()).toList();
  }

  /** Who, where and what stand together; empty where that can't be told, or before it is read. */
  public List<SaidChange> said() {
    return said;
  }

  /** Whether it only answers something: "yes, go ahead", "a bit higher". */
  public boolean isAnswer() {
    return typed.stream().allMatch(t -> TokenClass.words("answers").contains(t.text()))
        && typed.stream().anyMatch(t -> !t.isMark());
  }

  /** Whether it is no request by itself: "and the other two as well", "not acme, globex". */
  public boolean isFragment() {
    return typed.stream().allMatch(t -> TokenClass.is(t, "answers | fragment"));
  }

  /** Whether it speaks of nothing that the agent has to do with. */
  public boolean isForeign() {
    return tokens.stream().flatMap(Token::all).noneMatch(RequestGrammar::concerns)
        && telling().stream().noneMatch(RequestGrammar::concerns)
        && tokens.stream().filter(TokenClass::isWord).count() > 1;
  }

  /** Whether it says an operation or a value of ours, be it only told. */
  public boolean isOurs() {
    return Stream.concat(tokens.stream(), telling().stream())
        .anyMatch(t -> TokenClass.is(t, "<op> | figure | <mode>"));
  }

  private static boolean concerns(Token token) {
    return TokenClass.is(token, "about | <op> | <spare> | <tenant> | <service>")
        || (FrameReader.slot(token).isPresent() && !token.is("overall"));
  }

  /** What belongs to no slot, in the words of the request. */
  public UnusedWords unused() {
    return UnusedWords.of(text, tokens, pieces.isQuoting()).and(pieces.background());
  }

  public UnquotedPieces pieces() {
    return pieces;
  }

  private static boolean within(ClarificationQuestion question, Token token) {
    return question
        .place()
        .filter(p -> token.from() <= p.from() && p.to() <= token.to())
        .isPresent();
  }

  /** Empty where it asks for nothing that the agent does. */
  public Optional<Intent> read() {
    int before = questions.questions().size();
    var intent = intent();
    if (questions.questions().size() == before) {
      said = intent.map(SaidChange::of).orElse(List.of());
    }
    loose.questions().forEach(questions::ask);
    return intent;
  }

  private Optional<Intent> intent() {
    var guardReader = new GuardReader(tokens, questions, grounds);
    var orders =
        OrderSplitter.split(
            tokens.stream().filter(t -> !OrderSplitter.isBegun(t, tokens)).toList());
    var operations = new ArrayList<TaskOperation>();
    var changes = new ArrayList<RequestedChange>();
    for (List<Token> order : orders) {
      var frames = FrameReader.read(order, questions, loose);
      var operation = operation(order, frames.stream().anyMatch(Frame::hasValue), frames);
      if (operation.isEmpty()) {
        return Optional.empty();
      }
      operations.add(operation.get());
      doubts.beside(order, frames, operation.get());
      changes(order, operation.get(), frames).stream()
          .map(c -> c.by(operation.filter(_ -> orders.size() > 1)))
          .forEach(changes::add);
    }
    var operation = operations.getFirst();
    doubts.told(telling(), operation);
    doubts.zoned(pieces.sentences(), telling());
    doubts.amidst();
    doubts.opposed(typed.stream().filter(t -> !told.contains(t)).toList());
    var guards = guardReader.guards();
    if (!LOOKS.contains(operation) && !guards.dryRun()) {
      ordered();
    }
    var target =
        operation == TaskOperation.ROLLBACK ? guardReader.target() : Optional.<String>empty();
    var schedule = guardReader.schedule();
    if (orders.size() > 1) {
      for (int i = 0; i < orders.size(); i++) {
        grounds.add(operations.get(i).word(), OrderSplitter.verbOf(orders.get(i)), "operation");
      }
      doubts.between(orders, operations, !schedule.equals(Schedule.NONE));
    }
    doubts.lasting(operation, schedule.ends());
    var intent = new Intent(operation, target, changes, guards, schedule, grounds.all());
    doubts.alike(intent, names);
    return Optional.of(intent);
  }

  /** Whether it is what an operation begins with: each change has a checkpoint. */
  public boolean isBegun(Token token, TaskOperation operation) {
    return OrderSplitter.begins(operation, token.rule())
        && (OrderSplitter.isBegun(token, tokens)
            || (token.rule().equals(TaskOperation.SNAPSHOT.word()) && pieces.isAhead(token)));
  }

  /** What would be done is neither asked nor only told. */
  private void ordered() {
    if (SpeechAct.isQuestion(phrases, tokens)) {
      questions.ask("operation", "Is that a question or an order? Say what to set, and to what.");
    }
    pieces.sentences().speech().denied(this::orders).stream()
        .limit(1)
        .forEach(told -> questions.ask("operation", "\"" + told + "\": should I do that?"));
  }

  private boolean orders(Token token) {
    return telling().stream().noneMatch(t -> t.from() <= token.from() && token.to() <= t.to());
  }

  private Optional<TaskOperation> operation(List<Token> order, boolean values, List<Frame> frames) {
    var named = new LinkedHashSet<TaskOperation>();
    order.stream()
        .filter(t -> t.is("op"))
        .forEach(t -> named.add(TaskOperation.ofWord(t.rule()).orElseThrow()));
    if (named.contains(TaskOperation.REPAIR_DRIFT)) {
      named.remove(TaskOperation.CHECK_DRIFT);
    }
    if (named.size() > 1
        || (values && !named.isEmpty() && !named.contains(TaskOperation.RESOLVE_CONFLICTS))) {
      var words = named.stream().map(TaskOperation::word).collect(Collectors.toList());
      if (values) {
        words.add("the new limit");
      }
      ask(String.join(" or ", words), words);
      return Optional.empty();
    }
    if (!named.isEmpty()) {
      return named.stream().findFirst();
    }
    if (values) {
      return Optional.of(valued(frames));
    }
    if (questions.isAmountOpen()) {
      return Optional.empty();
    }
    if (!frames.isEmpty() || TokenClass.has(tokens, "<spare> | about")) {
      questions.ask("what", "How many requests, in which window? For example: 20 rps.");
    } else if (told.stream().anyMatch(RequestGrammar::concerns)) {
      questions.ask("what", "That describes the present state: what should change, and how?");
    }
    return Optional.empty();
  }

  /** What can't be one change may be several requests: the first one is suggested. */
  private void ask(String which, List<String> words) {
    var first =
        OrderSplitter.first(tokens)
            .filter(some -> !some.isEmpty())
            .map(some -> text.substring(some.getFirst().from(), some.getLast().to()));
    String then = first.map(f -> " If you mean both, send \"" + f + "\" first.").orElse("");
    questions.ask(
        ClarificationQuestion.of(
                "operation-several",
                "operation",
                "One operation at a time, please: %s?%s".formatted(which, then))
            .choosing(words)
            .suggesting(first));
  }

  private TaskOperation valued(List<Frame> frames) {
    var kinds = frames.stream().map(Frame::operation).distinct().toList();
    if (kinds.size() > 1) {
      ask("a new limit or a factor", kinds.stream().map(TaskOperation::word).toList());
    }
    return kinds.getFirst();
  }

  private List<RequestedChange> changes(
      List<Token> order, TaskOperation operation, List<Frame> frames) {
    var whose = new WhoReader(names, tokens, questions, grounds);
    if (operation == TaskOperation.ROLLBACK) {
      return List.of();
    }
    if (operation == TaskOperation.COPY_POLICY) {
      var builder = new ChangeBuilder(names, questions, grounds);
      return new CopyReader(order, whose, questions, grounds).changes(frames, builder);
    }
    boolean scoped = !operation.editsTenants() && operation != TaskOperation.RESOLVE_CONFLICTS;
    var exempt = whose.spared(order, frames);
    var out = new ArrayList<RequestedChange>();
    for (Frame frame : frames) {
      var whom = frame.get(Slot.WHO).map(whose::read).orElse(List.of());
      var open = whom.stream().filter(w -> w.tenants().isEmpty()).toList();
      var whole = open.isEmpty() ? whom : whose.less(whom, exempt);
      boolean everybody = whole.stream().allMatch(w -> w.all() && w.except().isEmpty());
      if (!(scoped && everybody && !whole.isEmpty())) {
        out.addAll(change(operation, frame, whole));
      }
    }
    boolean windows = out.stream().anyMatch(c -> c.set().windowSeconds().isPresent());
    if (operation == TaskOperation.RESOLVE_CONFLICTS && !windows) {
      questions.ask("window", "Which window should the conflicting limits get?");
    }
    boolean every =
        out.stream().anyMatch(c -> c.who().all() && c.service().isEmpty() && c.route().isEmpty());
    if (operation == TaskOperation.REMOVE_LIMIT && every) {
      questions.refuse(
          "not every limit of everybody is removed at once: name tenants or a service");
    }
    if (out.isEmpty() && operation.editsTenants()) {
      questions.ask("who", "For which tenants?");
    }
    return out;
  }

  private List<RequestedChange> change(TaskOperation operation, Frame frame, List<Who> whom) {
    boolean whole = operation == TaskOperation.BLOCK || operation == TaskOperation.UNBLOCK;
    boolean everywhere =
        frame
            .get(Slot.WHERE)
            .filter(t -> t.is("overall") || (whole && t.is("each-service")))
            .isPresent();
    boolean placed = (frame.has(Slot.WHERE) && !everywhere) || frame.has(Slot.ROUTE);
    if (whole && placed) {
      questions.ask(
          "where", "A tenant is blocked on all services: shall it be, or a limit of 0 there?");
    }
    if (operation == TaskOperation.SET_LIMIT && !placed && !everywhere) {
      implied.addAll(new ImpliedPlace(names, questions).of(frame, whom));
    }
    if (whom.isEmpty() && operation.editsTenants()) {
      questions.ask("who", "For which tenants?");
    }
    if (!operation.editsTenants()
        && operation != TaskOperation.RESOLVE_CONFLICTS
        && placed
        && whom.isEmpty()
        && operation != TaskOperation.SCAN) {
      questions.ask("who", operation.word() + " is for tenants, not for a service: for which?");
    }
    var whose =
        whom.isEmpty() && operation == TaskOperation.RESOLVE_CONFLICTS
            ? List.of(new Who(List.of(), new TreeMap<>(), true, List.of()))
            : whom;
    return switch (operation) {
      case SET_LIMIT, SCALE_LIMIT, SET_MODE, RESOLVE_CONFLICTS, REMOVE_LIMIT, SCAN ->
          new ChangeBuilder(names, questions, grounds).changes(frame, whose);
      default -> whose.stream().map(RequestedChange::of).toList();
    };
  }
}
