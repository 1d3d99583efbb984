/**
 * Server-side apply: who owns which fields of an object, and what follows when they are written.
 */
@NullMarked
package dev.deployclaw.testkit.kubernetes.apply;

import org.jspecify.annotations.NullMarked;
