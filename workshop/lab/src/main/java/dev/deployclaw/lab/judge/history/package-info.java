/**
 * Invariants of what happened: etcd's revisions, the execution logs on disk and the audit stream.
 */
@NullMarked
package dev.deployclaw.lab.judge.history;

import org.jspecify.annotations.NullMarked;
