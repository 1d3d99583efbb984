package dev.deployclaw.executors.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.probe.ProbeSettings.Entrance;
import dev.deployclaw.executors.probe.ProbeSettings.Found;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.gateway.EdgePolicy;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.wire.ProbeKeyPair;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.server.NginxServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes through three real NGINX processes and a service that decides by the reference model. */
class ProbeExecutorTest {
  private static final long EPOCH = 7;

  @TempDir Path root;

  private final ProbeKeyPair keys = ProbeKeyPair.generate();
  private final FakeHttpServer upstream = FakeHttpServer.answering(200);
  private final FakeHttpServer service = FakeHttpServer.start(request -> decide(request.headers()));
  private final List<NginxServer> running = new ArrayList<>();
  private final List<Entrance> entrances = new ArrayList<>();
  private final PolicySet set = set(100, 600);
  private volatile Decider decider = new Decider(set, set, EPOCH);

  @BeforeEach
  void start() {
    for (var gateway : set.gateways().values()) {
      add(gateway, file -> file);
    }
  }

  @AfterEach
  void stop() {
    running.forEach(NginxServer::close);
    service.close();
    upstream.close();
  }

  @Test
  void passesWhereEveryAnswerIsWhatThePolicySays() throws InterruptedException {
    var done = probe(120);

    assertThat(done.reports()).hasSize(3).extracting(MemberReport::answer).containsOnly(Answer.YES);
    assertThat(done.facts())
        .containsEntry("requests", 120)
        .containsEntry("unexpected", 0)
        .containsEntry("undecided", 0)
        .containsEntry("left_out", List.of());
    assertThat(number(done, "allowed") + number(done, "refused")).isEqualTo(120);
    assertThat(number(done, "refused")).isBetween(25, 60);
    assertThat(number(done, "p99_us")).isGreaterThanOrEqualTo(number(done, "p50_us")).isPositive();
    assertThat(service.requests()).as("each entrance once before").hasSize(120 + 3);
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void theRequestsThatWarmUpAreOfNoConsequence() throws InterruptedException {
    decider.failNext(3);

    var done = probe(120);

    assertThat(done.reports()).extracting(MemberReport::answer).containsOnly(Answer.YES);
    assertThat(done.facts()).containsEntry("requests", 120).containsEntry("repeated", 0);
  }

  @Test
  void canBeRepeatedForTheSameExecution() throws InterruptedException {
    probe(60);

    assertThat(probe(60).reports()).extracting(MemberReport::answer).containsOnly(Answer.YES);
  }

  @Test
  void asksNothingOfAGatewayThatTheWayBackDoesNotKnow() throws InterruptedException {
    var first = entrances.getFirst();
    entrances.add(new Entrance("gw-9", first.namespace(), first.url(), ""));
    var settings = ProbeSettings.of(entrances, keys.privateKey());

    var forward = probe(settings, Activations.of(set, EPOCH), 60);
    var back = probe(settings, Activations.back(set, EPOCH), 60);

    assertThat(forward.reports().getLast().answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(back.reports())
        .extracting(MemberReport::answer)
        .containsExactly(Answer.YES, Answer.YES, Answer.YES, Answer.SKIPPED);
  }

  @Test
  void asksNothingOfAGatewayThatIsLeftOutOfAWayBack() throws InterruptedException {
    var last = entrances.removeLast();
    running.removeLast().close();
    entrances.add(new Entrance(last.name(), last.namespace(), last.url(), "pod-1"));
    var settings = ProbeSettings.of(entrances, keys.privateKey());
    var back = Activations.back(set, EPOCH);
    var gateway = "gateway/" + last.namespace() + "/" + last.name();

    var all = probe(settings, back, 60);
    var some = probe(settings, back.without(Set.of(gateway)), 60);

    assertThat(all.reports().getLast().answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(some.reports())
        .extracting(MemberReport::answer)
        .containsExactly(Answer.SKIPPED, Answer.YES, Answer.YES);
    assertThat(some.reports().getFirst().member()).isEqualTo(gateway + "/pod-1");
    assertThat(number(some, "undecided")).isZero();
  }

  @Test
  void namesALimitWhoseBurstOrRateIsWrongByATenth() throws InterruptedException {
    for (var wrong : List.of(set(110, 600), set(90, 600), set(100, 660), set(100, 540))) {
      decider = new Decider(set, wrong, EPOCH);

      var done = probe(120);

      assertThat(done.reports()).extracting(MemberReport::answer).contains(Answer.NO);
      assertThat(reasons(done)).contains("limit checkout of acme: ");
      assertThat(number(done, "unexpected")).isPositive();
    }
  }

  @Test
  void namesTheGatewayThatDoesNotAsk() throws InterruptedException {
    running.removeLast().close();
    entrances.removeLast();
    add(
        List.copyOf(set.gateways().values()).getLast(),
        file -> file.replace("auth_request /_dc/decide;", ""));

    var done = probe(120);

    assertThat(done.reports())
        .extracting(MemberReport::answer)
        .containsExactly(Answer.YES, Answer.YES, Answer.NO);
    assertThat(reasons(done)).contains("not as for a verified probe");
  }

  @Test
  void neverPassesWhenTheServiceIsStopped() throws InterruptedException {
    service.close();

    var done = probe(120);

    assertThat(done.reports()).extracting(MemberReport::answer).doesNotContain(Answer.YES);
    assertThat(number(done, "undecided")).isPositive();
    assertThat(number(done, "allowed")).isZero();
  }

  @Test
  void repeatsAnExerciseThatALostAnswerLeftOpen() throws InterruptedException {
    decider.failNext(1);
    var unpaced = ProbeSettings.of(entrances, keys.privateKey()).at(ProbeSettings.Pace.NONE);

    var done = probe(unpaced, 120);

    assertThat(done.reports()).extracting(MemberReport::answer).containsOnly(Answer.YES);
    assertThat(done.facts()).containsEntry("repeated", 1).containsEntry("undecided", 0);
  }

  @Test
  void doesNotTakeAnotherEpochForTheCommittedOne() throws InterruptedException {
    decider = new Decider(set, set, EPOCH - 1);

    assertThat(reasons(probe(30))).contains("decided by epoch 6");
  }

  @Test
  void doesNotTakeOtherRulesForTheCommittedOnes() throws InterruptedException {
    decider = new Decider(set(100, 601), set, EPOCH);

    assertThat(reasons(probe(30))).contains("decided by rules");
  }

  @Test
  void escapesWhatARequestLineCantHold() {
    assertThat(ProbeSender.target("/a b/%41?\u00e9/x-1_~"))
        .isEqualTo("/a%20b/%2541%3F%C3%A9/x-1_~");
  }

  @Test
  void entersThroughEachPodOfAGatewayAndNamesTheOneThatIsWrong() throws InterruptedException {
    var gateway = List.copyOf(set.gateways().values()).getFirst();
    entrances.clear();
    add(gateway, file -> file);
    add(gateway, file -> file.replace("auth_request /_dc/decide;", ""));
    var pods = new ArrayList<Entrance>();
    for (int i = 0; i < entrances.size(); i++) {
      pods.add(new Entrance(gateway.name(), "edge", entrances.get(i).url(), "pod-" + i));
    }
    var closed = List.of(MemberReport.unknown("gateway/edge/gw-1", "no pod of it is ready"));

    var done = probe(ProbeSettings.of(() -> new Found(pods, closed), keys.privateKey()), 120);

    assertThat(done.reports())
        .extracting(MemberReport::member)
        .containsExactly("gateway/edge/gw-1", "gateway/edge/gw-0/pod-0", "gateway/edge/gw-0/pod-1");
    assertThat(done.reports())
        .extracting(MemberReport::answer)
        .containsExactly(Answer.UNKNOWN, Answer.YES, Answer.NO);
  }

  @Test
  void aHeartbeatProvesEachPointByTwoRequests() throws InterruptedException {
    var done = beat();

    assertThat(done.reports()).extracting(MemberReport::answer).hasSize(3).containsOnly(Answer.YES);
    assertThat(done.facts()).containsEntry("requests", 6);
    assertThat(done.reports()).extracting(r -> r.facts().get("counter")).doesNotHaveDuplicates();
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void aHeartbeatBlamesOnlyThePointThatDoesNotAskOrIsGone() throws InterruptedException {
    var gateways = List.copyOf(set.gateways().values());
    running.removeLast().close();
    entrances.removeLast();
    add(gateways.getLast(), file -> file.replace("auth_request /_dc/decide;", ""));
    running.getFirst().close();

    var done = beat();

    assertThat(done.reports())
        .extracting(MemberReport::answer)
        .containsExactly(Answer.UNKNOWN, Answer.YES, Answer.NO);
    assertThat(done.reports().getLast().reason()).contains("not as for a verified probe");
  }

  @Test
  void aHeartbeatSaysNoWhereNobodyDecides() throws InterruptedException {
    service.close();

    assertThat(beat().reports())
        .hasSize(3)
        .allSatisfy(r -> assertThat(r.answer()).isEqualTo(Answer.NO))
        .allSatisfy(r -> assertThat(r.reason()).isEqualTo("answered 503"));
  }

  @Test
  void aHeartbeatSaysByWhichOtherEpochWasDecided() throws InterruptedException {
    decider = new Decider(set, set, EPOCH - 1);

    assertThat(beat().reports())
        .hasSize(3)
        .allSatisfy(r -> assertThat(r.facts()).containsEntry("epoch", "6"));
  }

  @Test
  void aHeartbeatSeesALimitThatAdmitsMore() throws InterruptedException {
    decider = new Decider(set, PolicySet.EMPTY, EPOCH);

    assertThat(beat().reports())
        .hasSize(3)
        .allSatisfy(r -> assertThat(r.reason()).contains("admitted a cost of "));
  }

  @Test
  void keepsThePrivateKeyOutOfItsText() {
    assertThat(ProbeSettings.of(entrances, keys.privateKey()).toString())
        .doesNotContain(keys.privateKey());
  }

  private FakeHttpServer.Answer decide(Headers headers) {
    return decider.decide(headers);
  }

  private CallOutcome.Done probe(int requests) throws InterruptedException {
    return probe(ProbeSettings.of(entrances, keys.privateKey()), requests);
  }

  private CallOutcome.Done probe(ProbeSettings settings, int requests) throws InterruptedException {
    return probe(settings, Activations.of(set, EPOCH), requests);
  }

  private static CallOutcome.Done probe(ProbeSettings settings, EpochSpec activation, int requests)
      throws InterruptedException {
    return call(settings, new ExecutorCall.Probe(activation, requests));
  }

  private CallOutcome.Done beat() throws InterruptedException {
    var settings = ProbeSettings.of(entrances, keys.privateKey());
    return call(settings, new ExecutorCall.Heartbeat(Activations.of(set, EPOCH)));
  }

  private static CallOutcome.Done call(ProbeSettings settings, ExecutorCall call)
      throws InterruptedException {
    var outcome =
        new ProbeExecutor(settings)
            .execute(new Invocation("probe", call, FencingToken.NONE, Duration.ofMinutes(3)));
    assertThat(outcome).isInstanceOf(CallOutcome.Done.class);
    return (CallOutcome.Done) outcome;
  }

  private static int number(CallOutcome.Done done, String fact) {
    return ((Number) done.facts().getOrDefault(fact, -1)).intValue();
  }

  private static String reasons(CallOutcome.Done done) {
    return String.join("; ", done.reports().stream().map(MemberReport::reason).toList());
  }

  private void add(Gateway gateway, UnaryOperator<String> edited) {
    Path folder = root.resolve(gateway.name() + "-" + running.size());
    String listen = "127.0.0.1:" + FreePortFinder.free();
    var site =
        new GatewaySite(
            listen,
            service.address(),
            new TreeMap<>(Map.of("checkout", upstream.address(), "search", upstream.address())),
            folder.resolve("nginx.pid"),
            folder.resolve("access.log"),
            true,
            Duration.ofSeconds(5),
            List.of(),
            EdgePolicy.NONE);
    String file = NginxConfigFile.render(set, gateway, site).text();
    running.add(NginxServer.start(folder, edited.apply(file)));
    entrances.add(
        new Entrance(gateway.name(), gateway.namespace(), URI.create("http://" + listen), ""));
  }

  private PolicySet set(long burst, long requests) {
    var acme =
        tenant(
            "acme",
            limit("checkout", "checkout", LimitAlgorithm.TOKEN_BUCKET, requests, burst),
            limit("search", "search", LimitAlgorithm.SLIDING_WINDOW, 300, 300));
    var globex = tenant("globex", limit("search", "search", LimitAlgorithm.TOKEN_BUCKET, 120, 20));
    var routes =
        List.of(new Gateway.Route("/checkout", "checkout"), new Gateway.Route("/search", "search"));
    var gateways =
        List.of("gw-0", "gw-1", "gw-2").stream()
            .map(n -> new Gateway(n, "edge", new Gateway.Identity.Host("lab.test"), routes))
            .toList();
    return PolicySet.of(List.of(acme, globex), gateways, keys.publicKey());
  }

  private static TenantPolicy tenant(String name, Limit... limits) {
    return new TenantPolicy(
        name, new TreeMap<>(), Optional.empty(), false, BackendFailureMode.DENY, List.of(limits));
  }

  private static Limit limit(
      String name, String service, LimitAlgorithm algorithm, long requests, long burst) {
    return Limit.tokenBucket(name, RequestMatch.service(service), requests, Duration.ofMinutes(1))
        .by(algorithm)
        .admitting(requests, Duration.ofMinutes(1), burst);
  }
}
