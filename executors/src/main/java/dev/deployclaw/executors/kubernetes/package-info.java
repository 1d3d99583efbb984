/** The Kubernetes cluster of the estate: its gateways, its policy sources and the settings. */
@NullMarked
package dev.deployclaw.executors.kubernetes;

import org.jspecify.annotations.NullMarked;
