/** A strict JSON parser, a canonical formatter and a diff of JSON values. */
@NullMarked
package dev.deployclaw.audit.verify.json;

import org.jspecify.annotations.NullMarked;
