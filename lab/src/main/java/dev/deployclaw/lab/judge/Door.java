package dev.deployclaw.lab.judge;

import java.net.URI;

/** Where clients enter: a gateway, or one of its pods. */
record Door(String name, URI url) {}
