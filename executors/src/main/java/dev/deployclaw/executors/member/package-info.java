/**
 * Shared by all executors: parallel calls to many members, fence marks, a one-shot HTTP client and
 * the modes of write-back.
 */
@NullMarked
package dev.deployclaw.executors.member;

import org.jspecify.annotations.NullMarked;
