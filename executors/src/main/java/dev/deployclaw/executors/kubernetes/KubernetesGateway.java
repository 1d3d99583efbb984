package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.model.DnsLabel;

/**
 * A gateway whose pods belong to a Deployment and read their file from a volume of ConfigMaps.
 *
 * @param name as in the policy set
 * @param container the one that runs NGINX
 * @param volume of the pod template, mounted as a folder in that container
 * @param file the file in that folder that NGINX was started with
 * @param binary the NGINX of the image whose parser must accept a file
 */
public record KubernetesGateway(
    String name,
    String namespace,
    String deployment,
    String container,
    String volume,
    String file,
    String binary,
    GatewaySite site)
    implements BoundedFanout.Member {

  public KubernetesGateway {
    DnsLabel.label("gateway", name);
    DnsLabel.label("namespace", namespace);
    plain("deployment", "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", deployment);
    DnsLabel.label("container", container);
    DnsLabel.label("volume", volume);
    plain("file", "[A-Za-z0-9][A-Za-z0-9._-]{0,200}", file);
    plain("binary", "[A-Za-z0-9._/-]{1,200}", binary);
  }

  @Override
  public String member() {
    return "gateway/" + namespace + "/" + name;
  }

  /** Whether it is of the same Deployment. */
  public boolean shares(KubernetesGateway other) {
    return namespace.equals(other.namespace) && deployment.equals(other.deployment);
  }

  /** Whether a person means it by that name: its own, or its namespace's and its own. */
  public boolean isNamed(String text) {
    return text.equals(name) || text.equals(namespace + "/" + name);
  }

  private static void plain(String what, String rule, String value) {
    if (!value.matches(rule)) {
      throw new IllegalArgumentException(what + " isn't a plain name: \"" + value + "\"");
    }
  }
}
