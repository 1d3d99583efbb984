package dev.deployclaw.audit.shipping;

import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.server.OnContainers;

/** The contract of shipping with NATS in a container. */
@OnContainers
@Slow(
    guard = "dev.deployclaw.audit.shipping.NatsShippingTest",
    because = "it starts a Docker daemon and makes an image")
class NatsContainerTest extends NatsShippingTest {}
