/** Who may do what at an API server, by its own roles and bindings (RBAC). */
@NullMarked
package dev.deployclaw.testkit.kubernetes.access;

import org.jspecify.annotations.NullMarked;
