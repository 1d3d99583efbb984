package dev.deployclaw.lab.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EstateLocationTest {
  @TempDir Path folder;

  @Test
  void readsWhereAnEstateStands() throws Exception {
    var file =
        Files.writeString(
            folder.resolve("estate.properties"),
            """
            etcd=http://127.0.0.1:2379
            prefix=/p/
            redis=127.0.0.1:1,127.0.0.1:2
            nats=nats://127.0.0.1:4222
            executions.here=/state/executions
            executions.there=/other/executions
            host=test
            service.eu=http://127.0.0.1:3
            served.limits=/s/
            gateway.gw-1=http://127.0.0.1:4 /folder of/gw-1
            """);

    var place = EstateLocation.read(file);

    assertThat(place.redis()).containsExactly("127.0.0.1:1", "127.0.0.1:2");
    assertThat(place.s3()).isEmpty();
    assertThat(place.nats()).contains(URI.create("nats://127.0.0.1:4222"));
    assertThat(place.executions())
        .containsExactly(Path.of("/state/executions"), Path.of("/other/executions"));
    assertThat(place.services()).containsEntry("eu", "http://127.0.0.1:3");
    assertThat(place.served()).containsEntry("limits", "/s/");
    assertThat(place.gateways())
        .containsExactly(
            new EstateLocation.Gateway(
                "gw-1", Path.of("/folder of/gw-1"), URI.create("http://127.0.0.1:4")));
  }

  @Test
  void saysWhatIsLacking() throws Exception {
    var file = Files.writeString(folder.resolve("estate.properties"), "etcd=http://x\n");

    assertThatThrownBy(() -> EstateLocation.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("estate.properties has no prefix=");
  }
}
