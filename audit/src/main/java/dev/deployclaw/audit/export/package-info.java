/** Execution logs for auditors: OCSF events, CSV, and the printed report of a month. */
@NullMarked
package dev.deployclaw.audit.export;

import org.jspecify.annotations.NullMarked;
