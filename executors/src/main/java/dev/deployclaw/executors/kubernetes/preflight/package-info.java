/** Preflight checks: a pod of the gateway's own image tests a staged file. */
@NullMarked
package dev.deployclaw.executors.kubernetes.preflight;

import org.jspecify.annotations.NullMarked;
