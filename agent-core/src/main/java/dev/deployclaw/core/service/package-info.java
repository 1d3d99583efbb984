/**
 * The agent's entry point: each request is taken under the lead, run, approved, frozen or restored
 * here.
 */
@NullMarked
package dev.deployclaw.core.service;

import org.jspecify.annotations.NullMarked;
