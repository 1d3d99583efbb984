/** The Kubernetes API: requests, paged lists, errors, pods and field ownership. */
@NullMarked
package dev.deployclaw.executors.kubernetes.client;

import org.jspecify.annotations.NullMarked;
