package dev.deployclaw.testkit.server;

import java.net.URI;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/** Tells Testcontainers which Docker daemon to use; its settings name this class. */
public final class TestDockerStrategy extends DockerClientProviderStrategy {
  @Override
  public String getDescription() {
    return "the Docker daemon of the tests";
  }

  @Override
  public TransportConfig getTransportConfig() {
    return TransportConfig.builder().dockerHost(URI.create(SharedDocker.daemon().host())).build();
  }
}
