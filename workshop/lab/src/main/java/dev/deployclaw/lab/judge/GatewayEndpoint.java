package dev.deployclaw.lab.judge;

import java.net.URI;

/** Where clients enter: a gateway, or one of its pods. */
record GatewayEndpoint(String name, URI url) {}
