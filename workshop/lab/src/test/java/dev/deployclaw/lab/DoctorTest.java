package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.testkit.Slow;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the doctor says of a lab that is well and of one that isn't, and the kill switch. */
@Slow(
    guard = "dev.deployclaw.container.doctor.DoctorTest",
    because = "it asks back ends that do not answer")
class DoctorTest extends SharedLabCases {
  @AfterEach
  void heal() {
    scene.heal();
  }

  @Test
  void findsNothingWrongWithALabThatIsWell() {
    var ran = scene.run("doctor");

    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.json().path("worst").asText()).isEqualTo("warning");
    assertThat(about(ran.json(), "ok"))
        .contains("state folder", "etcd", "s3", "redis", "ratelimit")
        .contains("gateway", "configuration", "sources");
    assertThat(about(ran.json(), "skipped")).contains("docker", "kubernetes");
    assertThat(about(ran.json(), "warning")).contains("isolation", "nats");
    assertThat(ran.out())
        .contains("refuses to overwrite")
        .contains("6 of 6 answer")
        .contains("the clocks of 6 nodes differ");
  }

  @Test
  void namesWhatDoesNotAnswer() {
    var replica = scene.redis().replicas().getFirst();
    scene.inflict("kill", "nats");
    scene.inflict("kill", "redis/node-" + replica.port());

    var ran = scene.run("doctor");

    assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(10);
    assertThat(about(ran.json(), "unreachable")).contains("nats", "redis");
    assertThat(ran.out()).contains("redis/" + replica).contains("no replica in sync");
    assertThat(about(ran.json(), "ok")).contains("etcd", "s3");
  }

  @Test
  void freezesAndThaws() {
    assertThat(scene.run("run", DemoCommand.REQUEST).exit()).isZero();

    var frozen = scene.run("freeze", "incident", "4711");
    var stopped = scene.run("run", "set acme's search limit to 600 per minute, burst 120");
    var doctor = scene.run("doctor");
    var status = scene.run("status");
    var thawed = scene.run("thaw");
    var again = scene.run("run", "set acme's search limit to 600 per minute, burst 120");

    assertThat(frozen.exit()).as(frozen.err()).isZero();
    assertThat(frozen.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(stopped.exit()).isEqualTo(11);
    assertThat(stopped.err()).contains("incident 4711").contains("deployclaw thaw");
    assertThat(doctor.exit()).isZero();
    assertThat(doctor.out()).contains("incident 4711");
    assertThat(status.json().path("frozen").asBoolean()).isTrue();
    assertThat(status.json().at("/freeze/reason").asText()).isEqualTo("incident 4711");
    assertThat(thawed.exit()).as(thawed.err()).isZero();
    assertThat(again.exit()).as(again.err()).isZero();
    assertThat(scene.run("status").json().path("frozen").asBoolean()).isFalse();
  }

  private static List<String> about(JsonNode document, String level) {
    return StreamSupport.stream(document.path("diagnoses").spliterator(), false)
        .filter(d -> d.path("level").asText().equals(level))
        .map(d -> d.path("about").asText())
        .toList();
  }
}
